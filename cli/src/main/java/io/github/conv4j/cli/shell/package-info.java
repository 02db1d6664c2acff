/** JShell with conv4j, and the tour of its documentation in steps. */
package io.github.conv4j.cli.shell;

/** How the command reads and writes numbers, errors and JSON. */
package io.github.conv4j.cli.text;

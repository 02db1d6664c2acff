/** Explaining a convolution: pictures of what it does. */
package io.github.conv4j.cli.explain;

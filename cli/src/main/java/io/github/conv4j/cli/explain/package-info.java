/** A convolution in words, numbers, lines of code and pictures. */
package io.github.conv4j.cli.explain;

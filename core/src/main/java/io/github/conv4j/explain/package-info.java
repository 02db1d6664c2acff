/** Looking into a convolution: every product that makes an element of its output. */
package io.github.conv4j.explain;

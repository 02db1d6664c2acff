/** Tensors, their shapes and types, and the library as a whole. */
package io.github.conv4j;

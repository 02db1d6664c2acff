/** Random numbers that a seed fixes, the same as PyTorch's and NumPy's. */
package io.github.conv4j.random;

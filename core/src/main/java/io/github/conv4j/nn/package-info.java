/** Layers, which hold their parameters: PyTorch's {@code torch.nn}. */
package io.github.conv4j.nn;

/**
 * Layers as functions, and the one place where their arguments are checked: PyTorch's {@code
 * torch.nn.functional}.
 */
package io.github.conv4j.nn.functional;

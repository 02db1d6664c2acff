/**
 * NumPy files, checkpoints and pictures to tensors and back.
 *
 * <p>Files are not trusted: whatever one holds, reading it gives the right tensor or an {@link
 * java.io.IOException} whose message is one sentence that begins with the file's name. Files are
 * written whole or not at all. All methods are safe to call from several threads, but those of one
 * {@link io.github.conv4j.io.TensorFile}.
 */
package io.github.conv4j.io;

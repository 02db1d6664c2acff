/** NumPy files and pictures to tensors and back. */
module io.github.conv4j.io {
  requires transitive io.github.conv4j.core;
  requires java.desktop;

  exports io.github.conv4j.io;
}

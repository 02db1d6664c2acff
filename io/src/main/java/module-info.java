/** NumPy files, checkpoints and pictures to tensors and back. */
module io.github.conv4j.io {
  requires transitive io.github.conv4j.core;
  requires com.google.gson;
  requires java.desktop;
  // The name of its jar: it has neither a module-info nor a name in its manifest.
  requires pickle;

  exports io.github.conv4j.io;
}

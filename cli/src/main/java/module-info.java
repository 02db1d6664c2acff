/** The {@code conv4j} command. */
module io.github.conv4j.cli {
  requires com.google.gson;
  requires info.picocli;
  requires io.github.conv4j.io;
  requires java.management;
  requires jdk.management;

  opens io.github.conv4j.cli to
      info.picocli;
}

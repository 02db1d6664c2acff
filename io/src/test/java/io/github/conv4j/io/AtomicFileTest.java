package io.github.conv4j.io;

import static io.github.conv4j.io.TestFiles.assertRefused;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AtomicFileTest {
  @TempDir Path folder;

  private static void write(Path target, String text) throws IOException {
    AtomicFile.write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void writesAndReplaces() throws Exception {
    Path file = folder.resolve("a.txt");
    write(file, "a longer text");
    assertEquals("a longer text", Files.readString(file));
    write(file, "short");
    assertEquals("short", Files.readString(file));
    assertEquals(Set.of("a.txt"), names());
  }

  @Test
  void theTargetIsUntouchedUntilAllIsWritten() throws Exception {
    Path file = folder.resolve("a.txt");
    write(file, "old");
    AtomicFile.write(
        file,
        out -> {
          out.write(new byte[1 << 20]);
          out.flush();
          assertEquals("old", Files.readString(file));
        });
    assertEquals(1 << 20, Files.size(file));
  }

  @Test
  void aFailureLeavesTheOldFileAndNoOther() throws Exception {
    Path file = folder.resolve("a.txt");
    write(file, "old");
    assertRefused(
        file,
        "No space left on device",
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(new byte[1 << 20]);
                  throw new IOException("No space left on device");
                }));
    Error error = new StackOverflowError();
    assertSame(
        error,
        assertThrows(
            Error.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw error;
                    })));
    assertEquals("old", Files.readString(file));
    assertEquals(Set.of("a.txt"), names());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsReported() {
    Path full = Path.of("/dev/full");
    assertRefused(full, "No space left", () -> Npy.write(full, Tensor.zeros(100, 1000)));
    assertRefused(full, "No space left", () -> Npz.write(full, Map.of("a", Tensor.zeros(5))));
  }

  @Test
  void aNewFileHasThePermissionsThatTheUmaskGives() throws Exception {
    Path plain = Files.createFile(folder.resolve("plain"));
    Path file = folder.resolve("a.txt");
    write(file, "text");
    assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(file));
    assertTrue(
        Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE), "writable");
  }

  @Test
  void aReplacedFileKeepsItsPermissions() throws Exception {
    Path file = folder.resolve("a.txt");
    write(file, "old");
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwxr-x--x");
    Files.setPosixFilePermissions(file, permissions);
    write(file, "new");
    assertEquals("new", Files.readString(file));
    assertEquals(permissions, Files.getPosixFilePermissions(file));
  }

  @Test
  void linksAreFollowedAndStay() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path file = inner.resolve("a.txt");
    Path near = Files.createSymbolicLink(inner.resolve("near"), Path.of("a.txt"));
    Path far = Files.createSymbolicLink(folder.resolve("far"), Path.of("inner/near"));
    for (String text : new String[] {"first, through a link to nothing", "second"}) {
      write(far, text);
      assertEquals(text, Files.readString(file));
      assertTrue(Files.isRegularFile(file, NOFOLLOW_LINKS));
      assertTrue(Files.isSymbolicLink(near) && Files.isSymbolicLink(far), "links stay");
    }
    assertEquals(Set.of("inner", "far"), names());
  }

  @Test
  void aRingOfLinksIsRefused() throws Exception {
    Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("two"));
    Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
    assertRefused(one, "too many symbolic links", () -> write(one, "text"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileInMemoryIsReplacedLikeAnyOther() throws Exception {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "conv4j", ".txt");
    try {
      write(file, "a longer text");
      write(file, "short");
      assertEquals("short", Files.readString(file));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void newContentIsNoMoreReadableThanTheOld() throws Exception {
    Path file = folder.resolve("secret");
    write(file, "old");
    Set<PosixFilePermission> secret = PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(file, secret);
    AtomicFile.write(
        file,
        out -> {
          out.write('n');
          out.flush();
          try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.toList()) {
              assertEquals(secret, Files.getPosixFilePermissions(each), each.toString());
            }
          }
        });
    assertEquals("n", Files.readString(file));
  }

  @Test
  void devicesAndPipesAreWrittenStraight() throws Exception {
    write(Path.of("/dev/null"), "text");
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<String> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    write(pipe, "through the pipe");
    assertEquals("through the pipe", reader.get());
    assertEquals(Set.of("pipe"), names());
  }

  @Test
  void readersTakePipesToo() throws Exception {
    Path pipe = folder.resolve("pipe.npy");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                Npy.write(pipe, Tensor.arange(100000));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertEquals(Tensor.arange(100000), Npy.read(pipe));
    writer.get();
  }

  @Test
  void refusesFolders() {
    assertRefused(folder, "folder", () -> write(folder, "text"));
    Path lost = folder.resolve("no/such/folder/a.txt");
    assertRefused(lost, "no such file or folder", () -> write(lost, "text"));
  }

  @Test
  void aSignalLeavesNothingBehind() throws Exception {
    Path file = folder.resolve("a.txt");
    write(file, "old");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertEquals('.', java.getInputStream().read(), "the program writes");
      assertEquals(2, names().size(), "there is a temporary file");
    } finally {
      java.destroy();
    }
    java.waitFor();
    assertEquals(Set.of("a.txt"), names());
    assertEquals("old", Files.readString(file));
  }

  /** Begins to write a file and does not end. */
  static final class Endless {
    public static void main(String[] args) throws IOException {
      AtomicFile.write(
          Path.of(args[0]),
          out -> {
            out.write(new byte[1 << 20]);
            System.out.print('.');
            System.out.flush();
            new CompletableFuture<Void>().join();
          });
    }
  }
}

package io.github.conv4j.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file whole or not at all.
 *
 * <p>The content goes to a temporary file next to the target, which then takes the target's place
 * in one step: no reader ever sees half a file, and when writing fails, or the virtual machine is
 * told to end meanwhile, the old file is still there and the temporary one is not.
 */
public final class AtomicFile {
  /** As many as Linux follows before it answers that there are too many. */
  private static final int MOST_LINKS = 40;

  /** The temporary files of now: a signal that ends the virtual machine must not leave them. */
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deleteUnfinished));
  }

  private AtomicFile() {}

  /** What to write. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything; need not close the stream.
     *
     * @param out a buffered stream
     * @throws IOException if writing fails
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file.
   *
   * <p>A symbolic link is followed and stays. A new file gets the permissions that the umask
   * allows, a replaced one keeps its own. A target that exists and is not a regular file, such as a
   * pipe or {@code /dev/null}, is written straight, and so is {@code /dev/stdout}.
   *
   * @param target the file
   * @param content what to write; called once
   * @throws IOException if the file cannot be written, or if {@code content} throws it
   */
  public static void write(Path target, Content content) throws IOException {
    try {
      Failure.refuseFolder(target);
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        fill(Files.newOutputStream(target, StandardOpenOption.WRITE), content);
      } else if (isOpenFile(target)) {
        // A regular file by redirection: whoever opened it would keep the one that is replaced.
        fill(Files.newOutputStream(target, StandardOpenOption.APPEND), content);
      } else {
        replace(followLinks(target), content);
      }
    } catch (IOException e) {
      throw Failure.of(target.toString(), e);
    }
  }

  /** Returns whether a path stands for a file that this process was given open. */
  private static boolean isOpenFile(Path target) {
    Path path = target.toAbsolutePath().normalize();
    return path.equals(Path.of("/dev/stdout"))
        || path.equals(Path.of("/dev/stderr"))
        || path.startsWith("/dev/fd")
        || path.startsWith("/proc/self/fd");
  }

  private static void replace(Path target, Content content) throws IOException {
    boolean exists = Files.exists(target);
    if (exists && !Files.isWritable(target)) {
      // Renaming asks for the folder's permission only and would replace a write-protected file.
      throw new AccessDeniedException(target.toString());
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder != null && !Files.exists(folder)) {
      throw Failure.of(target.toString(), "no such file or folder: " + folder);
    }
    long number = ThreadLocalRandom.current().nextLong();
    Path temporary =
        target.resolveSibling(".conv4j-" + Long.toUnsignedString(number, Character.MAX_RADIX));
    UNFINISHED.add(temporary);
    try {
      // Not Files.createTempFile: that leaves the file readable by its owner alone.
      OutputStream out =
          Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // Permissions first: nobody may read new content who may not read the old.
      fill(
          out,
          buffered -> {
            if (exists) {
              copyPermissions(target, temporary);
            }
            content.writeTo(buffered);
          });
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      // After the move there is nothing left to delete.
      Files.deleteIfExists(temporary);
      UNFINISHED.remove(temporary);
    }
  }

  private static void deleteUnfinished() {
    for (Path temporary : UNFINISHED) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        // The virtual machine is ending, and nobody is left to hear of it.
      }
    }
  }

  private static void fill(OutputStream opened, Content content) throws IOException {
    try (OutputStream out = new BufferedOutputStream(opened, 1 << 16)) {
      content.writeTo(out);
    }
  }

  private static void copyPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    if (view != null) {
      Files.setPosixFilePermissions(to, view.readAttributes().permissions());
    }
  }

  /** Returns the file behind the links, which does not have to exist. */
  private static Path followLinks(Path target) throws IOException {
    Path file = target;
    for (int links = 0; Files.isSymbolicLink(file); links++) {
      if (links == MOST_LINKS) {
        throw new IOException("too many symbolic links");
      }
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    return file;
  }
}

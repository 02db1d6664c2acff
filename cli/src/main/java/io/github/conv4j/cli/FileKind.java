package io.github.conv4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipFile;

/** The kinds of files that hold tensors. */
enum FileKind {
  /** One array of NumPy's. */
  NPY,
  /** NumPy's archive of named arrays. */
  NPZ,
  /** Hugging Face's file of named tensors. */
  SAFETENSORS,
  /** A checkpoint of PyTorch's. */
  TORCH,
  /** Anything else: a picture, if it is one. */
  PICTURE;

  /** A safetensors file begins with the 8 bytes of its header's length, and a brace. */
  private static final int BYTES_TO_LOOK_AT = 9;

  /** Returns the kind that a file's extension stands for, {@link #PICTURE} if for none. */
  static FileKind ofName(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return switch (name.substring(Math.max(name.lastIndexOf('.'), 0))) {
      case ".npy" -> NPY;
      case ".npz" -> NPZ;
      case ".safetensors" -> SAFETENSORS;
      case ".pt", ".pth" -> TORCH;
      default -> PICTURE;
    };
  }

  /**
   * Returns the kind that a file's extension stands for, else the one that its first bytes do.
   *
   * @throws IOException if the file cannot be read
   */
  static FileKind of(Path file) throws IOException {
    FileKind kind = ofName(file);
    // What a pipe gives cannot be looked at twice.
    if (kind != PICTURE || !Files.isRegularFile(file)) {
      return kind;
    }
    String first;
    try (InputStream in = Files.newInputStream(file)) {
      first = new String(in.readNBytes(BYTES_TO_LOOK_AT), StandardCharsets.ISO_8859_1);
    }
    if (first.startsWith("\u0093NUMPY")) {
      return NPY;
    }
    if (first.startsWith("PK\3\4")) {
      return isCheckpoint(file) ? TORCH : NPZ;
    }
    // The beginning of the old format's magic number; a length of less than 2^32.
    if (first.startsWith("\u0080\2\u008a\12")) {
      return TORCH;
    }
    return first.startsWith("\0\0\0\0{", 4) ? SAFETENSORS : PICTURE;
  }

  private static boolean isCheckpoint(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.stream().anyMatch(entry -> entry.getName().endsWith("/data.pkl"));
    } catch (IOException | RuntimeException e) {
      // Whoever reads it as what it is taken for will say what is wrong.
      return false;
    }
  }
}

package io.github.conv4j.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The beginning of a safetensors file: 8 bytes with a length, then as many bytes of JSON that tell
 * of each tensor its type, its shape and where in the rest of the file it lies.
 *
 * <p>The format: the README of huggingface/safetensors, and the checks of its {@code
 * safetensors/src/tensor.rs}.
 *
 * @param tensors the tensors by their names, in the header's order
 * @param metadata the texts under {@code __metadata__}
 * @param dataOffset how many bytes come before the first element
 */
record SafetensorsHeader(
    Map<String, Entry> tensors, Map<String, String> metadata, long dataOffset) {
  /** The longest header that the reference implementation reads. */
  private static final int MAX_LENGTH = 100_000_000;

  /** About as many bytes of memory a byte of header takes when it is taken apart. */
  private static final int MEMORY_FOR_A_BYTE = 8;

  private static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";

  /** Every type of the format and its number of bits. */
  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

  /**
   * One tensor.
   *
   * @param dtype the file's name of its type
   * @param shape its sizes
   * @param begin where its elements begin, from the first tensor's on
   * @param end where they end
   */
  record Entry(String dtype, Shape shape, long begin, long end) {
    TensorHeader header() {
      ElementType type = ElementType.ofSafetensors(dtype);
      return new TensorHeader(type == null ? dtype : type.label(), shape);
    }
  }

  // ---- reading

  /** Reads the header of a file that is {@code length} bytes long. */
  static SafetensorsHeader read(InputStream in, long length, String name) throws IOException {
    byte[] field = in.readNBytes(LENGTH_BYTES);
    if (field.length == 0) {
      throw Failure.of(name, "the file is empty");
    }
    if (field.length < LENGTH_BYTES) {
      throw Failure.of(name, "the file ends within the length of its header");
    }
    long size = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (size < 0 || size > MAX_LENGTH) {
      throw Failure.of(
          name,
          "this is not a safetensors file: its header would have "
              + Long.toUnsignedString(size)
              + " bytes, at most "
              + MAX_LENGTH
              + " are allowed");
    }
    if (size > length - LENGTH_BYTES) {
      throw Failure.of(
          name,
          "the header needs " + size + " bytes, but there are only " + (length - LENGTH_BYTES));
    }
    Failure.refuseLargerThanHeap(name, "the header", size * MEMORY_FOR_A_BYTE);
    byte[] text = in.readNBytes((int) size);
    if (text.length < size) {
      throw Failure.of(name, "the file ends within the header");
    }
    if (size == 0 || text[0] != '{') {
      throw Failure.of(
          name, "the header does not begin with a brace, as a safetensors file's does");
    }
    SafetensorsHeader header = new Parser(name, text).parse(LENGTH_BYTES + size);
    header.checkLayout(name, length - header.dataOffset);
    return header;
  }

  /** Checks that the tensors cover all of the data, each byte once. */
  private void checkLayout(String name, long bytes) throws IOException {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(tensors.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin)
            .thenComparingLong(e -> e.getValue().end));
    long at = 0;
    for (Map.Entry<String, Entry> entry : sorted) {
      Entry tensor = entry.getValue();
      if (tensor.begin != at) {
        throw Failure.of(
            tensorName(name, entry.getKey()),
            "it begins at byte "
                + tensor.begin
                + " of the data, but the tensor before it ends at "
                + at);
      }
      at = tensor.end;
    }
    if (at != bytes) {
      throw Failure.of(
          name, "the tensors take " + at + " bytes of data, but the file has " + bytes);
    }
  }

  static String tensorName(String file, String tensor) {
    return file + ": tensor " + Failure.quote(tensor);
  }

  /** Takes the JSON apart. */
  private static final class Parser {
    private final String name;
    private final JsonReader json;
    private final Map<String, Entry> tensors = new LinkedHashMap<>();
    private Map<String, String> metadata;

    Parser(String name, byte[] text) {
      this.name = name;
      // A decoder refuses what is not UTF-8, where a reader by itself would make something of it.
      json =
          new JsonReader(
              new InputStreamReader(
                  new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder()));
      json.setStrictness(Strictness.STRICT);
    }

    SafetensorsHeader parse(long dataOffset) throws IOException {
      try {
        json.beginObject();
        while (json.hasNext()) {
          String key = json.nextName();
          if (key.equals(METADATA)) {
            parseMetadata();
          } else if (tensors.put(key, parseTensor(tensorName(name, key))) != null) {
            throw Failure.of(name, "there are two tensors " + Failure.quote(key));
          }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
          throw Failure.of(name, "the header has something after its end");
        }
      } catch (MalformedJsonException
          | CharacterCodingException
          | EOFException
          | IllegalStateException e) {
        // Gson's own words speak of its methods.
        throw Failure.of(
            name, "the header is not the JSON of a safetensors file, near " + place(), e);
      }
      return new SafetensorsHeader(tensors, metadata == null ? Map.of() : metadata, dataOffset);
    }

    private String place() {
      return Failure.quote(json.getPath());
    }

    private void parseMetadata() throws IOException {
      if (metadata != null) {
        throw Failure.of(name, "there are two entries " + METADATA);
      }
      metadata = new LinkedHashMap<>();
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (metadata.put(key, text(name, METADATA)) != null) {
          throw Failure.of(name, METADATA + " has the key " + Failure.quote(key) + " twice");
        }
      }
      json.endObject();
    }

    private Entry parseTensor(String tensor) throws IOException {
      String dtype = null;
      List<Long> sizes = null;
      List<Long> offsets = null;
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (key.equals("dtype") && dtype == null) {
          dtype = text(tensor, "dtype");
        } else if (key.equals("shape") && sizes == null) {
          sizes = numbers(tensor, "shape");
        } else if (key.equals("data_offsets") && offsets == null) {
          offsets = numbers(tensor, "data_offsets");
        } else {
          throw Failure.of(tensor, "an unknown or repeated key " + Failure.quote(key));
        }
      }
      json.endObject();
      if (dtype == null || sizes == null || offsets == null) {
        throw Failure.of(tensor, "not all of the keys dtype, shape and data_offsets are there");
      }
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
        throw Failure.of(
            tensor, "data_offsets must be a begin and an end, but are " + brief(offsets));
      }
      return checkSize(tensor, dtype, sizes, offsets.get(0), offsets.get(1));
    }

    private static Entry checkSize(
        String tensor, String dtype, List<Long> sizes, long begin, long end) throws IOException {
      Integer bits = BITS.get(dtype);
      if (bits == null) {
        throw Failure.of(tensor, "dtype " + Failure.quote(dtype) + " is not known");
      }
      if (sizes.size() > TensorHeader.MOST_DIMENSIONS) {
        throw Failure.of(
            tensor,
            "it has "
                + sizes.size()
                + " dimensions, more than the "
                + TensorHeader.MOST_DIMENSIONS
                + " of PyTorch");
      }
      Shape shape;
      try {
        shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
      } catch (IllegalArgumentException e) {
        throw Failure.of(
            tensor,
            "shape "
                + brief(sizes)
                + " has a size or a number of elements over "
                + Shape.MAX_ELEMENTS,
            e);
      }
      long needed = (long) shape.numel() * bits;
      if (needed % 8 != 0) {
        throw Failure.of(tensor, "its " + needed + " bits do not fill whole bytes");
      }
      if (end - begin != needed / 8) {
        throw Failure.of(
            tensor,
            dtype
                + " of shape "
                + brief(sizes)
                + " needs "
                + needed / 8
                + " bytes of data, but data_offsets give it "
                + (end - begin));
      }
      return new Entry(dtype, shape, begin, end);
    }

    private String text(String where, String what) throws IOException {
      if (json.peek() != JsonToken.STRING) {
        throw Failure.of(where, what + " is not a text where one belongs");
      }
      return json.nextString();
    }

    private List<Long> numbers(String tensor, String what) throws IOException {
      List<Long> numbers = new ArrayList<>();
      if (json.peek() != JsonToken.BEGIN_ARRAY) {
        throw Failure.of(tensor, what + " is not a list of whole numbers");
      }
      json.beginArray();
      while (json.hasNext()) {
        // Gson would take 1.0 and "1" for whole numbers as well.
        String digits = json.peek() == JsonToken.NUMBER ? json.nextString() : "";
        if (!digits.matches("0|[1-9][0-9]{0,18}")
            || new BigInteger(digits).bitLength() >= Long.SIZE) {
          throw Failure.of(tensor, what + " is not a list of whole numbers of at most 63 bits");
        }
        numbers.add(Long.parseLong(digits));
      }
      json.endArray();
      return numbers;
    }

    private static String brief(List<Long> numbers) {
      int most = 8;
      return numbers.size() <= most
          ? numbers.toString()
          : numbers.subList(0, most).toString().replace("]", ", ...]");
    }
  }

  // ---- writing

  /**
   * Returns the order in which the reference implementation writes: larger elements first, so that
   * all are aligned, then by name.
   */
  static List<String> order(Map<String, Tensor> tensors) {
    List<String> names = new ArrayList<>(tensors.keySet());
    names.sort(
        Comparator.comparingInt((String name) -> -tensors.get(name).dtype().bytes())
            .thenComparing(SafetensorsHeader::utf8, Arrays::compareUnsigned));
    return names;
  }

  /** Returns the header of a file with these tensors in this order, padded to 8 bytes. */
  static byte[] bytes(List<String> names, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    // Before they are written, which takes several times as much memory.
    checkLength(letters(names) + letters(metadata.keySet()) + letters(metadata.values()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[LENGTH_BYTES]);
    try (Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
      JsonWriter json = new JsonWriter(text);
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(METADATA).beginObject();
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.name(checked(entry.getKey())).value(checked(entry.getValue()));
        }
        json.endObject();
      }
      long at = 0;
      for (String name : names) {
        Tensor tensor = tensors.get(name);
        json.name(checked(name)).beginObject();
        json.name("dtype").value(ElementType.of(tensor.dtype()).safetensors());
        json.name("shape").beginArray();
        for (int size : tensor.shape().toArray()) {
          json.value(size);
        }
        json.endArray().name("data_offsets").beginArray().value(at);
        at += (long) tensor.numel() * tensor.dtype().bytes();
        json.value(at).endArray().endObject();
      }
      json.endObject();
    }
    out.writeBytes(
        " ".repeat(Math.floorMod(-out.size(), LENGTH_BYTES)).getBytes(StandardCharsets.UTF_8));
    checkLength(out.size() - LENGTH_BYTES);
    byte[] bytes = out.toByteArray();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length - LENGTH_BYTES);
    return bytes;
  }

  private static long letters(Collection<String> texts) {
    return texts.stream().mapToLong(String::length).sum();
  }

  private static void checkLength(long length) {
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the header would be longer than the "
              + MAX_LENGTH
              + " bytes that safetensors allows: the names or the metadata are too long");
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String checked(String text) {
    if (text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new IllegalArgumentException(
          Failure.quote(text) + " cannot be written: it has half of a surrogate pair");
    }
    return text;
  }

  /** Refuses the name that the format keeps to itself. */
  static void checkNames(Map<String, Tensor> tensors) {
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException(
          "a tensor of a safetensors file cannot be called " + METADATA);
    }
  }
}

package io.github.conv4j.testing;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.InflaterInputStream;

/** Reads the golden files: JSON that names arrays, and the arrays' raw little-endian bytes. */
public final class Golden {
  private Golden() {}

  /** Returns the JSON object in a golden file. */
  public static JsonObject json(String name) {
    try (InputStream in = open(name)) {
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the bytes of a golden file. */
  public static ByteBuffer bytes(String name) {
    try (InputStream in = open(name)) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the bytes of a golden file that zlib has compressed. */
  public static ByteBuffer inflated(String name) {
    try (InputStream in = new InflaterInputStream(open(name))) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    InputStream in = Golden.class.getResourceAsStream("/golden/" + name);
    if (in == null) {
      throw new IllegalStateException("there is no golden file " + name);
    }
    return in;
  }

  /** Returns the objects of a JSON array. */
  public static List<JsonObject> objects(JsonElement array) {
    List<JsonObject> objects = new ArrayList<>();
    for (JsonElement element : array.getAsJsonArray()) {
      objects.add(element.getAsJsonObject());
    }
    return objects;
  }

  /** Returns the numbers of a JSON array. */
  public static int[] ints(JsonElement array) {
    JsonArray values = array.getAsJsonArray();
    int[] ints = new int[values.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = values.get(i).getAsInt();
    }
    return ints;
  }

  /** Returns the float32 array that {@code {"shape": [...], "offset": bytes}} names. */
  public static Tensor float32(ByteBuffer bytes, JsonElement place) {
    int[] shape = ints(place.getAsJsonObject().get("shape"));
    Tensor tensor = Tensor.zeros(shape);
    bytes
        .slice(place.getAsJsonObject().get("offset").getAsInt(), 4 * tensor.numel())
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(tensor.floats());
    return tensor;
  }

  /** Returns the float64 array that {@code {"shape": [...], "offset": bytes}} names. */
  public static Tensor float64(ByteBuffer bytes, JsonElement place) {
    int[] shape = ints(place.getAsJsonObject().get("shape"));
    double[] values = new double[Tensor.zeros(shape).numel()];
    bytes
        .slice(place.getAsJsonObject().get("offset").getAsInt(), 8 * values.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asDoubleBuffer()
        .get(values);
    return shape.length == 0 ? Tensor.wrap(values).reshape() : Tensor.wrap(values, shape);
  }
}

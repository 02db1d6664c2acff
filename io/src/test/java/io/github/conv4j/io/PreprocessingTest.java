package io.github.conv4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
  /** The files and the numbers come from torchvision, by make_preprocessing_golden.py. */
  @Test
  void picturesBecomeTorchvisionsInputsToTheBit() throws IOException {
    JsonArray cases = TestFiles.json("preprocessing/expected.json").getAsJsonArray("cases");
    assertEquals(8, cases.size());
    for (JsonElement element : cases) {
      JsonObject expected = element.getAsJsonObject();
      String file = expected.get("file").getAsString();
      Tensor input =
          Preprocessing.imagenet(Pictures.read(TestFiles.resource("preprocessing/" + file)));
      assertEquals(Shape.of(3, 224, 224), input.shape());
      float[] values = input.floats();
      JsonArray at = expected.getAsJsonArray("at");
      for (int i = 0; i < at.size(); i++) {
        float value = expected.getAsJsonArray("values").get(i).getAsFloat();
        assertEquals(value, values[at.get(i).getAsInt()], file + " at " + at.get(i));
      }
      int crc = 0;
      for (int i = 0; i < values.length; i++) {
        crc ^= Float.floatToRawIntBits(values[i]) * (2 * i + 1);
      }
      assertEquals(expected.get("crc").getAsInt(), crc, file);
    }
  }

  @Test
  void aPictureThatIsNoMoreThanALineIsRefused() {
    Picture line = new Picture(Tensor.zeros(3, 1, 300), 8);
    assertEquals(
        "a picture of 300x1 pixels is too narrow to be recognised",
        assertThrows(IllegalArgumentException.class, () -> Preprocessing.imagenet(line))
            .getMessage());
  }
}

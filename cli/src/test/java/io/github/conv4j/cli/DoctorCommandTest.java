package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.conv4j.Conv4j;
import org.junit.jupiter.api.Test;

final class DoctorCommandTest {
  @Test
  void saysWhatThereIs() {
    String text = CommandLineRun.of("doctor").done();
    assertTrue(text.contains("version     " + Conv4j.version() + "\n"), text);
    assertTrue(text.contains("java        " + Runtime.version() + ", "), text);
    assertTrue(text.contains("backend     " + Conv4j.backend() + ": "), text);
    assertTrue(text.contains(": " + Conv4j.backendReason() + "\n"), text);
    assertTrue(text.contains("threads     " + Conv4j.threads() + ", of "), text);
    assertTrue(text.contains("self-check  passed\n"), text);
    for (String label : new String[] {"vm", "system", "vectors", "fma", "memory"}) {
      assertTrue(text.matches("(?s).*\n" + label + " +\\S.*"), label);
    }
  }

  @Test
  void saysItInJson() {
    String text = CommandLineRun.of("doctor", "--json").done();
    JsonObject json = new Gson().fromJson(text, JsonObject.class);
    assertEquals(Conv4j.version(), json.get("version").getAsString());
    assertEquals(Runtime.version().toString(), json.get("java").getAsString());
    assertEquals(Conv4j.backend(), json.get("backend").getAsString());
    assertEquals(Conv4j.threads(), json.get("threads").getAsInt());
    assertEquals(Runtime.getRuntime().maxMemory(), json.get("max_heap_bytes").getAsLong());
    assertTrue(json.has("vector_bytes") && json.has("hardware_fma"), text);
    assertEquals("passed", json.get("self_check").getAsString());
  }
}

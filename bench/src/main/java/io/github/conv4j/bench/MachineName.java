package io.github.conv4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Tells what computer this is. */
final class MachineName {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private MachineName() {}

  static Results.Machine here() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage();
    return new Results.Machine(
        cpu(),
        system.getAvailableProcessors(),
        system.getName() + " " + system.getArch(),
        load < 0 ? null : load);
  }

  /** Returns the processor's name on Linux, and what kind it is elsewhere. */
  private static String cpu() {
    if (Files.isReadable(CPU_INFO)) {
      try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.UTF_8)) {
        return lines
            .filter(l -> l.startsWith("model name"))
            .map(l -> l.substring(l.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
      } catch (IOException e) {
        return System.getProperty("os.arch");
      }
    }
    return System.getProperty("os.arch");
  }
}

package io.github.conv4j.cli;

import com.google.gson.JsonObject;
import com.sun.management.HotSpotDiagnosticMXBean;
import io.github.conv4j.Conv4j;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what decides how fast convolutions are here, and tries one. */
@Command(
    name = "doctor",
    description = {
      "Show what conv4j runs on, and check that it works.",
      "",
      "Shows Java, the backend and why it was chosen, the vector width, threads, memory and the "
          + "version; and compares a small convolution with PyTorch's numbers for it. --bits checks "
          + "that this machine gives the very bits that every other gives.",
    },
    footer = {
      "  conv4j doctor",
      "  conv4j doctor --json",
      "  conv4j doctor --bits",
      "  CONV4J_OPTS=-Dconv4j.backend=portable conv4j doctor",
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--bits",
      description = "Also compute some 120 convolutions and compare the bits of their results.")
  private boolean bits;

  @Override
  public Integer call() {
    // Asked first: it may be that the backend asked for cannot be had.
    String backend = Conv4j.backend();
    SelfCheck.run();
    PrintWriter out = spec.commandLine().getOut();
    Optional<BitsReport> report = bits ? Optional.of(BitsReport.make()) : Optional.empty();
    if (json) {
      JsonObject object = toJson(backend);
      report.ifPresent(made -> object.add("bits", made.toJson()));
      out.println(object);
    } else {
      print(out, backend);
      report.ifPresent(made -> made.lines().forEach(text -> line(out, "bits", text)));
    }
    return report.map(BitsReport::passed).orElse(true) ? Cli.DONE : Cli.FAILED;
  }

  private static void print(PrintWriter out, String backend) {
    line(out, "version", Conv4j.version());
    line(out, "java", Runtime.version() + ", " + property("java.vendor"));
    line(out, "vm", property("java.vm.name") + ", " + property("java.vm.info"));
    line(
        out,
        "system",
        property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
    line(out, "backend", backend + ": " + Conv4j.backendReason());
    line(out, "vectors", vectorBytes().map(DoctorCommand::describeVectors).orElse("unknown"));
    line(out, "fma", hardwareFma().map(DoctorCommand::describeFma).orElse("unknown"));
    line(out, "threads", Conv4j.threads() + ", of " + processors() + " processors");
    line(
        out,
        "memory",
        String.format(
            Locale.ROOT, "the heap may grow to %.1f GiB", maxHeap() / (double) (1 << 30)));
    line(out, "self-check", "passed");
  }

  private static void line(PrintWriter out, String label, String text) {
    out.printf("%-12s%s%n", label, text);
  }

  private static JsonObject toJson(String backend) {
    JsonObject json = new JsonObject();
    json.addProperty("version", Conv4j.version());
    json.addProperty("java", Runtime.version().toString());
    json.addProperty("java_vendor", property("java.vendor"));
    json.addProperty("vm", property("java.vm.name"));
    json.addProperty("os", property("os.name") + " " + property("os.version"));
    json.addProperty("arch", property("os.arch"));
    json.addProperty("backend", backend);
    json.addProperty("backend_reason", Conv4j.backendReason());
    json.addProperty("vector_bytes", vectorBytes().orElse(null));
    json.addProperty("hardware_fma", hardwareFma().orElse(null));
    json.addProperty("threads", Conv4j.threads());
    json.addProperty("processors", processors());
    json.addProperty("max_heap_bytes", maxHeap());
    json.addProperty("self_check", "passed");
    return json;
  }

  private static String describeVectors(int bytes) {
    return "up to " + bytes * 8 + " bits: " + bytes / 4 + " float32 or " + bytes / 8 + " float64";
  }

  private static String describeFma(boolean hardware) {
    return hardware
        ? "in hardware"
        : "not in hardware: results are the same, convolutions are slower";
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static long maxHeap() {
    return Runtime.getRuntime().maxMemory();
  }

  /** Returns the widest vectors that the JIT compiler uses. */
  private static Optional<Integer> vectorBytes() {
    return vmFlag("MaxVectorSize").map(Integer::valueOf);
  }

  private static Optional<Boolean> hardwareFma() {
    return vmFlag("UseFMA").map(Boolean::valueOf);
  }

  /** Returns a flag of HotSpot; other virtual machines do not have them. */
  private static Optional<String> vmFlag(String name) {
    HotSpotDiagnosticMXBean bean =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return bean == null ? Optional.empty() : Optional.of(bean.getVMOption(name).getValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

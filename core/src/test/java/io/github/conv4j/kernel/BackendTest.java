package io.github.conv4j.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.kernel.KernelProvider.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;

final class BackendTest {
  private static final Refusal CURABLE =
      new Refusal("it is asleep", Optional.of("with --wake it runs"));
  private static final Refusal FINAL = new Refusal("it is too old", Optional.empty());

  private final List<String> told = new ArrayList<>();

  /** Kernels that are the portable ones under another name. */
  private record Provider(String name, Optional<Refusal> refusal) implements KernelProvider {
    private static final TileKernels<float[]> FLOATS = new PortableFloatKernels();

    @Override
    public String description() {
      return "wide vectors";
    }

    @Override
    public TileKernels<float[]> floats() {
      return FLOATS;
    }

    @Override
    public TileKernels<double[]> doubles() {
      return new PortableDoubleKernels();
    }
  }

  private Backend choose(String wanted, Iterable<KernelProvider> providers) {
    return Backend.choose(wanted, providers, told::add);
  }

  private static List<KernelProvider> one(Refusal refusal) {
    return List.of(new Provider("simd", Optional.ofNullable(refusal)));
  }

  private static void assertPortable(String reason, Backend backend) {
    assertEquals("portable", backend.name());
    assertEquals(reason, backend.reason());
    assertEquals(PortableFloatKernels.class, backend.floats().getClass());
    assertEquals(PortableDoubleKernels.class, backend.doubles().getClass());
  }

  private void assertRefused(String wanted, Iterable<KernelProvider> from, String why) {
    Exception e = assertThrows(IllegalStateException.class, () -> choose(wanted, from));
    assertEquals("-Dconv4j.backend" + why, e.getMessage());
  }

  @Test
  void takesWhatIsThere() {
    for (String wanted : List.of("auto", "simd")) {
      Backend backend = choose(wanted, one(null));
      assertEquals("simd", backend.name());
      assertEquals("wide vectors", backend.reason());
      assertSame(Provider.FLOATS, backend.floats());
    }
    assertPortable("asked for by -Dconv4j.backend", choose("portable", one(null)));
    assertEquals(List.of(), told);
  }

  @Test
  void nothingIsThere() {
    String reason =
        "conv4j-simd is not on the class path or module path;"
            + " with it and --add-modules jdk.incubator.vector convolutions are faster";
    assertPortable(reason, choose("auto", List.of()));
    assertPortable(reason, choose("auto", List.of(new Provider("other", Optional.empty()))));
    assertRefused("simd", List.of(), "=simd: " + reason);
    assertEquals(List.of(), told);
  }

  @Test
  void aRefusalThatCanBeCuredIsTold() {
    assertPortable("it is asleep; with --wake it runs", choose("auto", one(CURABLE)));
    assertEquals(
        List.of("conv4j runs on its portable kernels: it is asleep; with --wake it runs"), told);
    assertRefused("simd", one(CURABLE), "=simd: it is asleep; with --wake it runs");
  }

  @Test
  void aRefusalThatNobodyCanChangeIsNotTold() {
    assertPortable("it is too old", choose("auto", one(FINAL)));
    assertRefused("simd", one(FINAL), "=simd: it is too old");
    assertEquals(List.of(), told);
  }

  @Test
  void providersThatDoNotFit() {
    for (Error error :
        List.of(new ServiceConfigurationError("no such class"), new NoClassDefFoundError("x"))) {
      Iterable<KernelProvider> broken =
          () -> {
            throw error;
          };
      assertPortable("conv4j-simd does not fit, " + error, choose("auto", broken));
      assertRefused("simd", broken, "=simd: conv4j-simd does not fit, " + error);
      choose("portable", broken);
    }
  }

  @Test
  void otherNames() {
    for (String wanted : List.of("", "SIMD", "gpu")) {
      assertRefused(wanted, one(null), " must be auto, portable or simd, but got '" + wanted + "'");
    }
  }

  @Test
  void theChoiceHolds() {
    assertSame(Backend.active(), Backend.active());
    assertTrue(Backend.active().name().equals("portable"), "core alone has nothing else");
  }
}

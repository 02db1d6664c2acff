package io.github.conv4j.kernel;

import java.util.Optional;

/**
 * A set of kernels that is not part of core, found with {@link java.util.ServiceLoader}.
 *
 * <p>A provider is made before it is known whether its kernels can run here. So neither its
 * constructor nor {@link #refusal} may touch a class that needs what might be missing; the other
 * methods are called only if there is no refusal.
 */
public interface KernelProvider {
  /**
   * Why a set of kernels cannot run here.
   *
   * @param reason what is missing, in words
   * @param remedy what to do about it, in words; empty if nothing can be done on this machine
   */
  record Refusal(String reason, Optional<String> remedy) {
    /** Returns both, as one piece of a sentence. */
    @Override
    public String toString() {
      return remedy.map(advice -> reason + "; " + advice).orElse(reason);
    }
  }

  /** Returns the name by which the property {@value Backend#PROPERTY} asks for these kernels. */
  String name();

  /** Returns why these kernels cannot run here, or nothing if they can. */
  Optional<Refusal> refusal();

  /** Returns what these kernels make use of here, in a few words. */
  String description();

  /** Returns the float32 kernels. */
  TileKernels<float[]> floats();

  /** Returns the float64 kernels. */
  TileKernels<double[]> doubles();
}

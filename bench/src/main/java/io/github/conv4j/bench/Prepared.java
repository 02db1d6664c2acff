package io.github.conv4j.bench;

import ai.onnxruntime.OrtException;
import io.github.conv4j.Tensor;

/** A layer made ready by a contender of this JVM. */
interface Prepared {
  /** Computes the layer's output from plain arrays into plain arrays. */
  void run() throws OrtException;

  /** Returns what the last run computed. */
  Tensor output();

  /** Frees what is not on the heap. */
  void close() throws OrtException;
}

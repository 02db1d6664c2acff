package io.github.conv4j.operator;

import java.util.Locale;

/** The four operations on two numbers, each rounded once. */
enum Arithmetic {
  ADD,
  SUB,
  MUL,
  DIV;

  /** Returns PyTorch's name. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

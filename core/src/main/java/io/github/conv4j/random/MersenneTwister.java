package io.github.conv4j.random;

/**
 * The generator of 32 random bits behind PyTorch's and NumPy's random numbers: MT19937.
 *
 * <p>Source: M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed
 * uniform pseudo-random number generator", ACM TOMACS 8(1), 1998, with the initialisation of 2002.
 */
final class MersenneTwister {
  private static final int SIZE = 624;
  private static final int SHIFT = 397;

  private final int[] state = new int[SIZE];
  private int position = SIZE;

  MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** Returns the next 32 bits. */
  int next() {
    if (position == SIZE) {
      twist();
      position = 0;
    }
    int bits = state[position++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return bits ^ (bits >>> 18);
  }

  private void twist() {
    for (int i = 0; i < SIZE; i++) {
      int joined = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      int odd = (joined & 1) != 0 ? 0x9908b0df : 0;
      state[i] = state[(i + SHIFT) % SIZE] ^ (joined >>> 1) ^ odd;
    }
  }
}

package io.github.conv4j.operator;

/**
 * The first elements of float32 numbers in order: from the largest down, NaN before all, or from
 * the smallest up, NaN after all; of equal ones, that with the lower index comes first.
 */
final class FloatTopk {
  private final float[] x;
  private final int at;
  private final int step;
  private final boolean largest;

  /** The indices of the first so far, a heap whose root is the last of them. */
  private final int[] heap;

  private int size;

  private FloatTopk(float[] x, int at, int step, boolean largest, int[] heap) {
    this.x = x;
    this.at = at;
    this.step = step;
    this.largest = largest;
    this.heap = heap;
  }

  /**
   * Finds the first {@code indices.length} of the elements {@code x[at + i * step]}, {@code 0 <= i
   * < n}.
   *
   * @param indices where their i go, in order
   */
  static void find(float[] x, int at, int step, int n, boolean largest, int[] indices) {
    FloatTopk top = new FloatTopk(x, at, step, largest, indices);
    for (int i = 0; i < n; i++) {
      top.offer(i);
    }
    top.sort();
  }

  private void offer(int i) {
    if (size < heap.length) {
      int child = size++;
      while (child > 0 && before(heap[(child - 1) / 2], i)) {
        heap[child] = heap[(child - 1) / 2];
        child = (child - 1) / 2;
      }
      heap[child] = i;
    } else if (before(i, heap[0])) {
      sink(i, size);
    }
  }

  /** Puts an index in the place of the root of the first so many, and restores their order. */
  private void sink(int i, int length) {
    int parent = 0;
    while (2 * parent + 1 < length) {
      int child = 2 * parent + 1;
      if (child + 1 < length && before(heap[child], heap[child + 1])) {
        child++;
      }
      if (!before(i, heap[child])) {
        break;
      }
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = i;
  }

  private void sort() {
    for (int last = size - 1; last > 0; last--) {
      int root = heap[0];
      sink(heap[last], last);
      heap[last] = root;
    }
  }

  private boolean before(int i, int j) {
    float a = x[at + i * step];
    float b = x[at + j * step];
    if (a == b) {
      return i < j;
    }
    if (Float.isNaN(a) || Float.isNaN(b)) {
      boolean both = Float.isNaN(a) && Float.isNaN(b);
      return both ? i < j : Float.isNaN(a) == largest;
    }
    return largest ? a > b : a < b;
  }
}

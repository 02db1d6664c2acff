package io.github.conv4j.nn.functional;

import io.github.conv4j.DType;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.engine.ConvPlan;
import io.github.conv4j.engine.ConvPlanner;
import io.github.conv4j.engine.ConvProblem;
import io.github.conv4j.engine.Epilogue;
import io.github.conv4j.engine.WorkspacePool;
import io.github.conv4j.kernel.Backend;
import io.github.conv4j.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A transposed convolution with its kernels in place: {@link Functional#convTranspose2d} for many
 * inputs.
 *
 * <p>Each input element is multiplied by the kernel, and the products are added to the output, a
 * stride apart. Seen from the output, which is how it is computed: with stride s, the rows oh of
 * one phase, those with the same oh mod s, see the same taps kh, every so manyth one, and
 * neighbours among them see neighbouring input rows:
 *
 * <pre>
 * oh + padding = ih * s + kh * dilation
 * </pre>
 *
 * <p>So each of the s_h * s_w phases is an ordinary convolution of stride 1 with some of the taps,
 * in reverse order, and the engine computes it. Their outputs are then laid out every s-th row and
 * column.
 *
 * <p>Safe for use by many threads.
 */
public final class PreparedConvTranspose2d extends Operator {
  private final String layer;
  private final Tensor weight;
  private final Tensor bias;
  private final ConvTranspose2dOptions options;
  private volatile Planned lastPlan;

  /**
   * Takes the kernels; they are checked together with an input.
   *
   * @param layer what error messages call this layer
   * @param weight {@code (C, OC / groups, KH, KW)}; not copied, and not to be changed from now on
   * @param bias {@code (OC)}, or null; likewise
   * @param options stride, padding, output padding, groups, dilation, accuracy
   */
  public PreparedConvTranspose2d(
      String layer, Tensor weight, Tensor bias, ConvTranspose2dOptions options) {
    this.layer = layer;
    this.weight = Objects.requireNonNull(weight, "weight");
    this.bias = bias;
    this.options = Objects.requireNonNull(options, "options");
  }

  /** Returns the kernels themselves: not to be changed. */
  public Tensor weight() {
    return weight;
  }

  /** Returns the bias itself, or null: not to be changed. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public String name() {
    return "conv_transpose2d";
  }

  @Override
  public List<Tensor> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  @Override
  public long multiplyAdds(Shape... inputs) {
    return (long) inputs[0].numel() * weight.size(1) * weight.size(2) * weight.size(3);
  }

  private static String pair(int height, int width) {
    return "(" + height + ", " + width + ")";
  }

  private void check(boolean holds, String expected, Object given) {
    if (!holds) {
      throw new IllegalArgumentException(layer + ": expected " + expected + ", but got " + given);
    }
  }

  @Override
  public Shape outputShape(Shape... inputs) {
    Shape input = inputs[0];
    check(weight.rank() == 4, "a weight (C, OC / groups, KH, KW)", "shape " + weight.shape());
    check(
        input.rank() == 3 || input.rank() == 4,
        "an input (N, C, H, W) or (C, H, W)",
        "shape " + input);
    check(
        bias == null || bias.dtype() == weight.dtype(),
        "weight and bias of one dtype",
        bias == null ? "" : weight.dtype() + " and " + bias.dtype());
    check(options.groups() > 0, "groups of 1 or more", options.groups());
    check(
        options.padHeight() >= 0 && options.padWidth() >= 0,
        "a padding of 0 or more",
        pair(options.padHeight(), options.padWidth()));
    check(
        options.strideHeight() > 0 && options.strideWidth() > 0,
        "a stride of 1 or more",
        pair(options.strideHeight(), options.strideWidth()));
    check(
        options.dilationHeight() > 0 && options.dilationWidth() > 0,
        "a dilation of 1 or more",
        pair(options.dilationHeight(), options.dilationWidth()));
    check(
        weight.size(0) >= options.groups() && weight.size(0) % options.groups() == 0,
        "input channels that groups divide",
        weight.size(0) + " and groups " + options.groups());
    check(
        input.size(-3) == weight.size(0),
        "an input of " + weight.size(0) + " channels",
        "shape " + input);
    int channels = Math.multiplyExact(weight.size(1), options.groups());
    check(
        bias == null || bias.shape().equals(Shape.of(channels)),
        "a bias of shape [" + channels + "]",
        bias == null ? "" : "shape " + bias.shape());
    check(
        fits(options.outputPadHeight(), options.strideHeight(), options.dilationHeight())
            && fits(options.outputPadWidth(), options.strideWidth(), options.dilationWidth()),
        "an output padding from 0 to less than stride or dilation",
        pair(options.outputPadHeight(), options.outputPadWidth()));
    long height =
        size(
            input.size(-2),
            weight.size(2),
            options.strideHeight(),
            options.padHeight(),
            options.outputPadHeight(),
            options.dilationHeight());
    long width =
        size(
            input.size(-1),
            weight.size(3),
            options.strideWidth(),
            options.padWidth(),
            options.outputPadWidth(),
            options.dilationWidth());
    check(
        input.size(-2) > 0 && input.size(-1) > 0 && weight.size(2) > 0 && weight.size(3) > 0,
        "an input and kernels with a height and a width",
        "shapes " + input + " and " + weight.shape());
    check(
        height > 0 && width > 0,
        "an input that gives an output of 1 or more",
        "shape " + input + ", which gives (" + height + ", " + width + ")");
    return input.rank() == 3
        ? Shape.of(new long[] {channels, height, width})
        : Shape.of(new long[] {input.size(0), channels, height, width});
  }

  private static boolean fits(int outputPad, int stride, int dilation) {
    return outputPad >= 0 && (outputPad < stride || outputPad < dilation);
  }

  private static long size(
      long input, long kernel, long stride, long pad, long outputPad, long dilation) {
    return (input - 1) * stride - 2 * pad + dilation * (kernel - 1) + outputPad + 1;
  }

  /**
   * Returns the transposed convolution with the output padding that gives a height and width.
   *
   * @param layer what error messages call it
   * @throws IllegalArgumentException if the tensors do not fit, or no output padding less than the
   *     stride gives such an output
   */
  public static Tensor toSize(
      String layer,
      Tensor input,
      Tensor weight,
      Tensor bias,
      ConvTranspose2dOptions options,
      int height,
      int width) {
    // The shapes are checked first.
    new PreparedConvTranspose2d(layer, weight, bias, options.outputPadding(0, 0))
        .outputShape(input.shape());
    ConvTranspose2dOptions sized = forSize(layer, options, weight, input.shape(), height, width);
    return new PreparedConvTranspose2d(layer, weight, bias, sized).apply(input);
  }

  /**
   * Returns the options that give an output of this height and width, PyTorch's {@code
   * output_size}.
   *
   * @throws IllegalArgumentException if no output padding gives it
   */
  private static ConvTranspose2dOptions forSize(
      String layer,
      ConvTranspose2dOptions options,
      Tensor weight,
      Shape input,
      int height,
      int width) {
    long leastHeight =
        size(
            input.size(-2),
            weight.size(2),
            options.strideHeight(),
            options.padHeight(),
            0,
            options.dilationHeight());
    long leastWidth =
        size(
            input.size(-1),
            weight.size(3),
            options.strideWidth(),
            options.padWidth(),
            0,
            options.dilationWidth());
    long moreHeight = height - leastHeight;
    long moreWidth = width - leastWidth;
    boolean possible =
        moreHeight >= 0
            && moreHeight < options.strideHeight()
            && moreWidth >= 0
            && moreWidth < options.strideWidth();
    if (!possible) {
      throw new IllegalArgumentException(
          layer
              + ": expected an output size from ("
              + leastHeight
              + ", "
              + leastWidth
              + ") to ("
              + (leastHeight + options.strideHeight() - 1)
              + ", "
              + (leastWidth + options.strideWidth() - 1)
              + ") for an input of shape "
              + input
              + ", but got ("
              + height
              + ", "
              + width
              + ")");
    }
    return options.outputPadding((int) moreHeight, (int) moreWidth);
  }

  @Override
  public void run(Tensor[] inputs, Tensor output) {
    Tensor input = inputs[0];
    check(input.dtype() == weight.dtype(), "an input of dtype " + weight.dtype(), input.dtype());
    planned(input.shape()).run(input, output);
  }

  @Override
  public String algorithm(Shape... inputs) {
    Planned planned = planned(inputs[0]);
    return planned.phases.size() == 1
        ? planned.phases.get(0).algorithm()
        : planned.phases.size() + " x " + planned.phases.get(0).algorithm();
  }

  @Override
  public long workspaceBytes(Shape... inputs) {
    return planned(inputs[0]).phases.stream()
        .mapToLong(phase -> phase.plan == null ? 0 : phase.plan.runner().workspaceBytes())
        .max()
        .orElse(0);
  }

  private Planned planned(Shape input) {
    Planned planned = lastPlan;
    if (planned == null || !planned.input.equals(input)) {
      planned = new Planned(input);
      lastPlan = planned;
    }
    return planned;
  }

  /** The taps that one phase of rows, or columns, sees. */
  private static final class Taps {
    private final int phase;
    private final int count;
    private final int first;
    private final int step;
    private final int dilation;
    // Zeros before and after the input, and what the convolution has too much before and after.
    private final int padBefore;
    private final int padAfter;
    private final int cutBefore;
    private final int cutAfter;
    private final int outputs;

    Taps(int phase, int size, int outSize, int kernel, int stride, int pad, int dilation) {
      this.phase = phase;
      this.outputs = (outSize - phase + stride - 1) / stride;
      int common = gcd(stride, dilation);
      this.step = stride / common;
      this.dilation = dilation / common;
      int found = 0;
      while (found < kernel && ((long) phase + pad - (long) found * dilation) % stride != 0) {
        found++;
      }
      this.first = found;
      this.count = found < kernel ? (kernel - 1 - found) / step + 1 : 0;
      // The last tap meets the earliest input.
      long last = first + (count - 1L) * step;
      long earliest = ((long) phase + pad - last * dilation) / stride;
      int before = count == 0 ? 0 : Math.toIntExact(-earliest);
      int after =
          count == 0
              ? 0
              : Math.toIntExact((long) outputs - size - before + this.dilation * (count - 1L));
      this.padBefore = Math.max(before, 0);
      this.padAfter = Math.max(after, 0);
      this.cutBefore = Math.max(-before, 0);
      this.cutAfter = Math.max(-after, 0);
    }

    /** Returns how many rows, or columns, the convolution has. */
    int computed() {
      return cutBefore + outputs + cutAfter;
    }

    private static int gcd(int a, int b) {
      return b == 0 ? a : gcd(b, a % b);
    }

    /** Returns the kernel's tap that is tap t of the convolution. */
    int tap(int t) {
      return first + (count - 1 - t) * step;
    }
  }

  /** One phase of rows and of columns. */
  private final class Phase {
    private final Taps rows;
    private final Taps columns;
    // Null where no tap is seen.
    private final ConvPlan plan;

    Phase(Taps rows, Taps columns, Shape input, int outChannels) {
      this.rows = rows;
      this.columns = columns;
      boolean seen = rows.count > 0 && columns.count > 0 && input.size(-3) > 0;
      this.plan = seen ? plan(input, outChannels) : null;
    }

    private ConvPlan plan(Shape input, int outChannels) {
      ConvProblem problem =
          new ConvProblem(
              weight.dtype(),
              weight.size(0),
              input.size(-2),
              input.size(-1),
              outChannels,
              rows.count,
              columns.count,
              1,
              1,
              rows.padBefore,
              rows.padAfter,
              columns.padBefore,
              columns.padAfter,
              PaddingMode.ZEROS,
              rows.dilation,
              columns.dilation,
              options.groups(),
              bias != null,
              options.accuracy(),
              Epilogue.NONE);
      return ConvPlanner.plan(problem, kernels(outChannels), bias);
    }

    /** Returns the taps seen, last to first, as an ordinary convolution has them. */
    private Tensor kernels(int outChannels) {
      int inGroup = weight.size(0) / options.groups();
      int outGroup = weight.size(1);
      Shape shape = Shape.of(outChannels, inGroup, rows.count, columns.count);
      Tensor kernels = Tensor.zeros(shape, weight.dtype());
      int to = 0;
      for (int oc = 0; oc < outChannels; oc++) {
        int group = oc / outGroup;
        for (int c = 0; c < inGroup; c++) {
          int plane = (group * inGroup + c) * outGroup + oc % outGroup;
          for (int th = 0; th < rows.count; th++) {
            int row = (plane * weight.size(2) + rows.tap(th)) * weight.size(3);
            for (int tw = 0; tw < columns.count; tw++) {
              copy(weight, row + columns.tap(tw), kernels, to++);
            }
          }
        }
      }
      return kernels;
    }

    String algorithm() {
      return plan == null ? "none" : plan.algorithm();
    }
  }

  private static void copy(Tensor from, int at, Tensor to, int toAt) {
    if (from.dtype() == DType.FLOAT32) {
      to.floats()[toAt] = from.floats()[at];
    } else {
      to.doubles()[toAt] = from.doubles()[at];
    }
  }

  /** The plans of all phases for one shape. */
  private final class Planned {
    private final Shape input;
    private final Shape output;
    private final List<Phase> phases = new ArrayList<>();
    private final WorkspacePool<Tensor> parts;

    Planned(Shape input) {
      this.input = input;
      this.output = outputShape(input);
      int largest = 0;
      for (int ph = 0; ph < Math.min(options.strideHeight(), output.size(-2)); ph++) {
        Taps rows =
            new Taps(
                ph,
                input.size(-2),
                output.size(-2),
                weight.size(2),
                options.strideHeight(),
                options.padHeight(),
                options.dilationHeight());
        for (int pw = 0; pw < Math.min(options.strideWidth(), output.size(-1)); pw++) {
          Taps columns =
              new Taps(
                  pw,
                  input.size(-1),
                  output.size(-1),
                  weight.size(3),
                  options.strideWidth(),
                  options.padWidth(),
                  options.dilationWidth());
          phases.add(new Phase(rows, columns, input, output.size(-3)));
          largest =
              Math.max(largest, images() * output.size(-3) * rows.computed() * columns.computed());
        }
      }
      int length = isWhole() ? 0 : largest;
      this.parts = new WorkspacePool<>(() -> Tensor.zeros(Shape.of(length), weight.dtype()));
    }

    private int images() {
      return input.rank() == 3 ? 1 : input.size(0);
    }

    /** Returns whether the only phase is the output as it is. */
    private boolean isWhole() {
      Phase only = phases.get(0);
      return phases.size() == 1
          && only.plan != null
          && only.rows.computed() == output.size(-2)
          && only.columns.computed() == output.size(-1);
    }

    void run(Tensor x, Tensor y) {
      if (isWhole()) {
        phases.get(0).plan.run(x, images(), null, y);
        return;
      }
      Tensor part = parts.take();
      for (Phase phase : phases) {
        if (phase.plan != null) {
          phase.plan.run(x, images(), null, part);
        }
        layOut(phase, part, y);
      }
      parts.giveBack(part);
    }

    private void layOut(Phase phase, Tensor part, Tensor y) {
      int rows = phase.rows.outputs;
      int columns = phase.columns.outputs;
      int channels = output.size(-3);
      for (int plane = 0; plane < images() * channels; plane++) {
        double constant = bias == null ? 0 : bias.get(plane % channels);
        for (int row = 0; row < rows; row++) {
          int from =
              (plane * phase.rows.computed() + phase.rows.cutBefore + row)
                      * phase.columns.computed()
                  + phase.columns.cutBefore;
          int oh = phase.rows.phase + row * options.strideHeight();
          int to = (plane * output.size(-2) + oh) * output.size(-1) + phase.columns.phase;
          if (phase.plan == null) {
            fill(y, to, columns, constant);
          } else if (weight.dtype() == DType.FLOAT32) {
            Backend.active()
                .floats()
                .scatter(part.floats(), from, y.floats(), to, options.strideWidth(), columns);
          } else {
            Backend.active()
                .doubles()
                .scatter(part.doubles(), from, y.doubles(), to, options.strideWidth(), columns);
          }
        }
      }
    }

    private void fill(Tensor y, int to, int n, double value) {
      for (int i = 0; i < n; i++) {
        if (y.dtype() == DType.FLOAT32) {
          y.floats()[to + i * options.strideWidth()] = (float) value;
        } else {
          y.doubles()[to + i * options.strideWidth()] = value;
        }
      }
    }
  }
}

package io.github.conv4j.cli.explain;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Conv2dOptions;
import io.github.conv4j.nn.functional.Functional;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The pictures of docs/how-convolution-works.md, each with the convolution that it shows: the same
 * numbers as in the tour's snippets.
 */
final class TourPictures {
  private final Map<String, String> drawn = new LinkedHashMap<>();

  private TourPictures() {}

  /** Returns the name of each file, and what it holds. */
  static Map<String, String> draw() {
    TourPictures pictures = new TourPictures();
    pictures.fromOneProductToABias();
    pictures.strideToDilation();
    pictures.groupsToTheReceptiveField();
    return pictures.drawn;
  }

  private void fromOneProductToABias() {
    Conv2dOptions plain = Conv2dOptions.defaults();
    add(
        "01-dot-product",
        "A dot product",
        TapsPicture.of(tensor(1, 1, 3, 1, 2, 3), kernel(1, 3, 4, 5, 6), null, plain, 0, 0, 0));

    Tensor edge = kernel(3, 3, -1, 0, 1, -1, 0, 1, -1, 0, 1);
    Tensor small = tensor(1, 3, 3, 0, 0, 9, 0, 0, 9, 0, 0, 9);
    add("02-window", "A window", TapsPicture.of(small, edge, null, plain, 0, 0, 0));

    Tensor row = tensor(1, 1, 6, 0, 0, 0, 9, 9, 9);
    Tensor wall = Tensor.cat(1, row, row, row, row);
    add("03-sliding", "Sliding", TapsPicture.of(wall, edge, null, plain, 0, 0, 1));

    Tensor x = Tensor.arange(18).reshape(1, 2, 3, 3);
    Tensor deep = Tensor.cat(1, diagonal(), Tensor.full(1, 1, 1, 3, 3));
    add("04-channels", GroupsPicture.of(2, 1, 1).title("Two input channels, one output"));
    add(
        "04-second-channel",
        "The second channel",
        TapsPicture.of(x, deep, null, plain, 0, 0, 0, 0).channel(1));

    Tensor three = Tensor.cat(0, deep, deep.mul(2), deep.mul(-1));
    add("05-kernels", GroupsPicture.of(2, 3, 1).title("Three kernels, three output channels"));

    Tensor bias = Tensor.of(new float[] {10, 20, 30}, 3);
    add("06-bias", "A bias", TapsPicture.of(x, three, bias, plain, 0, 1, 0, 0));
  }

  private void strideToDilation() {
    Conv2dOptions plain = Conv2dOptions.defaults();
    Tensor x = Tensor.arange(25).reshape(1, 1, 5, 5);
    add("07-stride", "Stride 2", TapsPicture.of(x, diagonal(), null, plain.stride(2), 0, 0, 0, 0));
    add(
        "08-padding",
        "Padding 1",
        TapsPicture.of(x, diagonal(), null, plain.padding(1), 0, 0, 0, 0));
    for (PaddingMode mode : PaddingMode.values()) {
      if (mode != PaddingMode.ZEROS) {
        Conv2dOptions options = plain.padding(2).paddingMode(mode);
        String title = "Padding 2, " + mode;
        add("08-" + mode, title, TapsPicture.of(x, diagonal(), null, options, 0, 0, 0, 0));
      }
    }
    Tensor even = kernel(2, 2, 1, 2, 3, 4);
    Tensor nine = Tensor.arange(9).reshape(1, 1, 3, 3);
    add(
        "08-same",
        "'same' and an even kernel",
        TapsPicture.of(nine, even, null, plain.padding("same"), 0, 0, 2, 2));

    Tensor wide = Tensor.arange(49).reshape(1, 1, 7, 7);
    add(
        "09-dilation",
        "Dilation 2",
        TapsPicture.of(wide, diagonal(), null, plain.dilation(2), 0, 0, 1, 1));
  }

  private void groupsToTheReceptiveField() {
    Conv2dOptions plain = Conv2dOptions.defaults();
    Tensor x = Tensor.arange(36).reshape(1, 4, 3, 3);
    Tensor weight = Tensor.full(1, 4, 2, 3, 3);
    add("10-groups", GroupsPicture.of(4, 4, 2).title("Two groups"));
    add(
        "10-group-taps",
        "Two groups",
        TapsPicture.of(x, weight, null, plain.groups(2), 0, 3, 0, 0));
    add("10-depthwise", GroupsPicture.of(4, 4, 4).title("As many groups as channels: depthwise"));

    Tensor six = Tensor.arange(36).reshape(1, 1, 6, 6);
    add(
        "11-output-size",
        "The size of the output",
        TapsPicture.of(six, diagonal(), null, plain.stride(2), 0, 0, 1, 1));

    Tensor ones = Tensor.full(1, 1, 1, 3, 3);
    Tensor both = Functional.conv2d(ones, ones, null, plain.padding(2));
    Tensor seen = Tensor.arange(25).reshape(1, 1, 5, 5);
    add(
        "12-receptive-field",
        "Two layers of 3x3 see 5x5",
        TapsPicture.of(seen, both, null, plain, 0, 0, 0, 0));
  }

  /** Returns the kernel that most steps have: few numbers, and none of them twice. */
  private static Tensor diagonal() {
    return kernel(3, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3);
  }

  private static Tensor kernel(int height, int width, float... weights) {
    return Tensor.of(weights, 1, 1, height, width);
  }

  private static Tensor tensor(int channels, int height, int width, float... elements) {
    return Tensor.of(elements, channels, height, width);
  }

  private void add(String name, String title, TapsPicture picture) {
    drawn.put(name + ".svg", picture.title(title).toSvg());
  }

  private void add(String name, GroupsPicture picture) {
    drawn.put(name + ".svg", picture.toSvg());
  }
}

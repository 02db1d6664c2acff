package io.github.conv4j.models;

import io.github.conv4j.Tensor;
import io.github.conv4j.nn.Conv2d;
import io.github.conv4j.nn.MaxPool2d;
import io.github.conv4j.nn.Module;
import io.github.conv4j.nn.Sequential;
import io.github.conv4j.nn.Upsample;

/**
 * U-Net for segmentation: four levels down by max-pooling and up again by transposed convolutions
 * or interpolation, each joined by what went down there; two 3x3 convolutions with batch norm and
 * ReLU at every step. It is the form with padding, so that the output is as large as the input; its
 * keys are those of the widespread PyTorch program Pytorch-UNet.
 *
 * <p>Source: O. Ronneberger, P. Fischer, T. Brox, U-Net: convolutional networks for biomedical
 * image segmentation, 2015. Safe for use by many threads.
 */
public final class UNet extends Module {
  private final DoubleConv inc;
  private final Down down1;
  private final Down down2;
  private final Down down3;
  private final Down down4;
  private final Up up1;
  private final Up up2;
  private final Up up3;
  private final Up up4;
  private final OutConv outc;

  private UNet(ModelOptions options) {
    options.check("UNet", "nChannels", "bilinear", "widthMult");
    Layers layers = new Layers(options);
    boolean bilinear = options.get("bilinear", false);
    // Interpolation leaves as many channels as there are, a transposed convolution half.
    int kept = bilinear ? 2 : 1;
    int width = layers.scaled(64);
    inc = add("inc", new DoubleConv(layers, options.get("nChannels", 3), width, width));
    down1 = add("down1", new Down(layers, width, 2 * width));
    down2 = add("down2", new Down(layers, 2 * width, 4 * width));
    down3 = add("down3", new Down(layers, 4 * width, 8 * width));
    down4 = add("down4", new Down(layers, 8 * width, 16 * width / kept));
    up1 = add("up1", new Up(layers, 16 * width, 8 * width / kept, bilinear));
    up2 = add("up2", new Up(layers, 8 * width, 4 * width / kept, bilinear));
    up3 = add("up3", new Up(layers, 4 * width, 2 * width / kept, bilinear));
    up4 = add("up4", new Up(layers, 2 * width, width, bilinear));
    outc = add("outc", new OutConv(layers, width, options.get("numClasses", 2)));
  }

  /** Returns the network for 2 classes. */
  public static UNet unet() {
    return unet(ModelOptions.defaults());
  }

  /** Returns the network; its own options are nChannels, bilinear and widthMult. */
  public static UNet unet(ModelOptions options) {
    return new UNet(options);
  }

  /**
   * Returns the logits of each pixel.
   *
   * @param input {@code (N, nChannels, H, W)} with 16 rows and columns at least
   * @return {@code (N, numClasses, H, W)}
   * @throws IllegalArgumentException if the input has another shape or dtype
   */
  @Override
  public Tensor forward(Tensor input) {
    Tensor x1 = inc.forward(input);
    Tensor x2 = down1.forward(x1);
    Tensor x3 = down2.forward(x2);
    Tensor x4 = down3.forward(x3);
    Tensor x = up1.forward(down4.forward(x4), x4);
    x = up2.forward(x, x3);
    x = up3.forward(x, x2);
    return outc.forward(up4.forward(x, x1));
  }

  /** Twice a 3x3 convolution, batch norm and ReLU. */
  private static final class DoubleConv extends Module {
    private final Sequential doubleConv;

    DoubleConv(Layers layers, int inputs, int between, int outputs) {
      doubleConv =
          add(
              "double_conv",
              new Sequential(
                  layers.conv(inputs, between, 3).padding(1).bias(false).build(),
                  layers.batchNorm(between),
                  Layers.relu(),
                  layers.conv(between, outputs, 3).padding(1).bias(false).build(),
                  layers.batchNorm(outputs),
                  Layers.relu()));
    }

    @Override
    public Tensor forward(Tensor input) {
      return doubleConv.forward(input);
    }
  }

  /** Half the rows and columns. */
  private static final class Down extends Module {
    private final Sequential maxpoolConv;

    Down(Layers layers, int inputs, int outputs) {
      maxpoolConv =
          add(
              "maxpool_conv",
              new Sequential(
                  MaxPool2d.builder(2).build(), new DoubleConv(layers, inputs, outputs, outputs)));
    }

    @Override
    public Tensor forward(Tensor input) {
      return maxpoolConv.forward(input);
    }
  }

  /** Twice the rows and columns, joined by what went down there. */
  private static final class Up extends Module {
    private final Module up;
    private final DoubleConv conv;

    Up(Layers layers, int inputs, int outputs, boolean bilinear) {
      if (bilinear) {
        up =
            add(
                "up",
                Upsample.builder().scaleFactor(2).mode("bilinear").alignCorners(true).build());
        conv = add("conv", new DoubleConv(layers, inputs, inputs / 2, outputs));
      } else {
        up = add("up", layers.convTranspose(inputs, inputs / 2, 2).stride(2).build());
        conv = add("conv", new DoubleConv(layers, inputs, outputs, outputs));
      }
    }

    /** Not for one tensor alone. */
    @Override
    public Tensor forward(Tensor input) {
      throw new UnsupportedOperationException("Up takes two tensors");
    }

    Tensor forward(Tensor input, Tensor skip) {
      Tensor x = up.forward(input);
      int rows = skip.size(2) - x.size(2);
      int columns = skip.size(3) - x.size(3);
      if (rows != 0 || columns != 0) {
        x = x.pad(columns / 2, columns - columns / 2, rows / 2, rows - rows / 2);
      }
      return conv.forward(Tensor.cat(1, skip, x));
    }
  }

  /** A 1x1 convolution. */
  private static final class OutConv extends Module {
    private final Conv2d conv;

    OutConv(Layers layers, int inputs, int outputs) {
      conv = add("conv", layers.conv(inputs, outputs, 1).build());
    }

    @Override
    public Tensor forward(Tensor input) {
      return conv.forward(input);
    }
  }
}

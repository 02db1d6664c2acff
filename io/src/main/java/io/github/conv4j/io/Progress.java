package io.github.conv4j.io;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/** Remembers how much of a picture ImageIO has decoded; it does not mind when that is not all. */
final class Progress implements IIOReadProgressListener {
  private float percent;

  /** Returns the last percentage that the reader told. */
  float percent() {
    return percent;
  }

  @Override
  public void imageProgress(ImageReader source, float percentageDone) {
    percent = percentageDone;
  }

  @Override
  public void sequenceStarted(ImageReader source, int minIndex) {}

  @Override
  public void sequenceComplete(ImageReader source) {}

  @Override
  public void imageStarted(ImageReader source, int imageIndex) {}

  @Override
  public void imageComplete(ImageReader source) {}

  @Override
  public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

  @Override
  public void thumbnailProgress(ImageReader source, float percentageDone) {}

  @Override
  public void thumbnailComplete(ImageReader source) {}

  @Override
  public void readAborted(ImageReader source) {}
}

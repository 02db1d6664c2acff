package io.github.conv4j.io;

import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;

/**
 * The JDK's own readers and writers of pictures, whatever plug-ins the application has: others need
 * not hand out the samples as they are stored.
 */
final class Codecs {
  private Codecs() {}

  static ImageReader reader(String format) {
    return own(ImageIO.getImageReadersByFormatName(format), format);
  }

  static ImageWriter writer(String format) {
    return own(ImageIO.getImageWritersByFormatName(format), format);
  }

  private static <T> T own(Iterator<T> codecs, String format) {
    while (codecs.hasNext()) {
      T codec = codecs.next();
      if (codec.getClass().getModule() == ImageIO.class.getModule()) {
        return codec;
      }
    }
    throw new IllegalStateException("this Java has no " + format + " support of its own");
  }
}

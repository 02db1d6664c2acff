import static java.lang.StrictMath.abs;
import static java.lang.StrictMath.exp;
import static java.lang.StrictMath.floor;
import static java.lang.StrictMath.max;
import static java.lang.StrictMath.min;
import static java.lang.StrictMath.sin;
import static java.lang.StrictMath.sqrt;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Draws {@code sample.png}, the picture that the examples filter: a harbour at dusk.
 *
 * <p>A filter shows what it does on edges at many angles, circles, lines a pixel wide, fine
 * texture, smooth gradients, flat areas and strong colours; the harbour has them all. Run it with
 *
 * <pre>{@code java docs/pictures/SamplePicture.java docs/pictures/sample.png}</pre>
 *
 * <p>Every pixel is the mean of 2 x 2 samples, and a sample is painted from the back (the sky) to
 * the front (the quay). Shapes are signed distances in pixels, negative inside; each thing is drawn
 * about an origin of its own, y downwards. Only plain arithmetic, {@link StrictMath} and a fixed
 * integer hash are used, so the pixels are the same on every machine and JDK; the bytes of the file
 * may differ with the JDK's compressor.
 */
public final class SamplePicture {
  static final int WIDTH = 640;
  static final int HEIGHT = 420;

  private static final int GRID = 2;
  private static final double SHORE = 268;
  private static final double BOAT_WATERLINE = 298;
  private static final double SUN_X = 318;
  private static final int INK = 0x2A2350;
  private static final int LAMPLIGHT = 0xFFD35A;

  private static final double[] SKY_Y = {0, 80, 150, 205, 242, 268};
  private static final int[] SKY = {0x10163F, 0x35307A, 0x8C4A8E, 0xE8716F, 0xFFAE66, 0xFFE09A};

  /** Red, green and blue of the sample being painted, each from 0 to 255. */
  private final double[] sample = new double[3];

  private SamplePicture() {}

  /** Writes the picture to the path given as the only argument. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("expected one argument, the PNG file to write");
    }
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, WIDTH, HEIGHT, draw(), 0, WIDTH);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    Files.write(Path.of(args[0]), png.toByteArray());
  }

  /** Returns the {@code WIDTH * HEIGHT} pixels, row by row from the top left, each 0xRRGGBB. */
  public static int[] draw() {
    int[] pixels = new int[WIDTH * HEIGHT];
    SamplePicture picture = new SamplePicture();
    for (int i = 0; i < pixels.length; i++) {
      double[] sum = new double[3];
      for (int s = 0; s < GRID * GRID; s++) {
        int column = GRID * (i % WIDTH) + s % GRID;
        int row = GRID * (i / WIDTH) + s / GRID;
        picture.scene((column + 0.5) / GRID, (row + 0.5) / GRID);
        for (int c = 0; c < 3; c++) {
          sum[c] += picture.sample[c];
        }
      }
      for (double channel : sum) {
        pixels[i] = (pixels[i] << 8) | (int) (channel / (GRID * GRID) + 0.5);
      }
    }
    return pixels;
  }

  private void scene(double x, double y) {
    if (y < SHORE) {
      land(x, y);
    } else {
      water(x, y);
    }
    boat(x - 408, y - BOAT_WATERLINE);
    quay(x - 320, y - 378);
    lifebuoy(x - 62, y - 352);
    // A warm rim of light, then the cat itself.
    paint(cat(x - 262, y - 388), 0xFFB067);
    paint(cat(x - 262.7, y - 389.4), 0x17123A);
    barrel(x - 584, y - 402);
  }

  private void land(double x, double y) {
    sky(x, y);
    mountain(x - 40, y - 158, 0.62, -1);
    mountain(x - 470, y - 172, 0.55, 1);
    mountain(x - 610, y - 140, 0.7, 1);
    mountain(x - 168, y - 176, 0.5, -1);
    mountain(x - 545, y - 190, 0.5, 1);
    paint(236 + 12 * sin(x / 55 + 0.4) + 5 * sin(x / 21) - y, 0x5B3A78);
    forest(x, y, 9, 252, 0x34306A);
    forest(x, y, 12, 258, 0x1F2350);
    house(x - 24, y - 192, 24, 22, 0x2F6F86, 0x2A2148);
    house(x - 66, y - 170, 18, 26, 0xD9A441, 0x7A2F3A);
    house(x - 104, y - 190, 20, 20, 0xB8403F, 0x3A2450);
    house(x - 141, y - 162, 17, 28, 0xE9DCC4, 0x8C3B3A);
    house(x - 178, y - 184, 20, 22, 0x3E8E7E, 0x2A2148);
    house(x - 214, y - 198, 16, 20, 0xE27D4F, 0x5A2A4A);
    bricks(x, y - 256);
    lighthouse(x - 532, y - 112);
  }

  private void sky(double x, double y) {
    mix(1, SKY[0]);
    for (int i = 1; i < SKY.length; i++) {
      mix(clamp((y - SKY_Y[i - 1]) / (SKY_Y[i] - SKY_Y[i - 1])), SKY[i]);
    }
    double column = floor(x / 22);
    double row = floor(y / 22);
    double starX = x - 22 * column - 4 - 14 * hash(column, row + 50);
    double starY = y - 22 * row - 4 - 14 * hash(column, row + 90);
    double size = hash(column, row);
    // The outline of a star of four points is sqrt(|x|) + sqrt(|y|) = constant.
    double star = sqrt(abs(starX)) + sqrt(abs(starY)) - 0.7 - 1.6 * size * size;
    mix(clamp(0.5 - 2 * star) * clamp((170 - y) / 90), 0xFFF6D8);
    double sun = circle(x - SUN_X, y - 222, 32);
    mix(0.8 * exp(-max(sun, 0) / 45), 0xFFC46B);
    paint(sun, 0xFFF3BF);
    paint(max(circle(x - 236, y - 62, 21), -circle(x - 246, y - 56, 18)), 0xFFF1CF);
    cloud(x - 90, y - 118, 0x6E4A94);
    cloud(x - 400, y - 150, 0xC4628C);
    cloud(x - 205, y - 176, 0xE67E80);
    cloud(x - 360, y - 232, 0xF08A62);
  }

  private void cloud(double x, double y, int colour) {
    double d = line(x, y, -62, 0, 58, 0) - 4;
    d = min(d, line(x, y, -30, -7, 30, -7) - 5);
    paint(min(d, line(x, y, -6, 7, 82, 7) - 3), colour);
  }

  /** A peak at the origin, its face on the given side (-1 or 1) in the shade. */
  private void mountain(double x, double y, double slope, int shadeSide) {
    double outline = peak(x, y, slope);
    double shade = shadeSide * (5 * sin(y / 7) + 0.1 * y - x);
    double snow = max(outline, y - 16 - 6 * abs(2 * frac(x / 13) - 1));
    paint(outline, 0xA25F96);
    paint(snow, 0xFFD9C2);
    paint(max(outline, shade), 0x6A4690);
    paint(max(snow, shade), 0xC9A0C8);
  }

  private void forest(double x, double y, double pitch, double ground, int colour) {
    double tree = floor(x / pitch);
    double hill = ground - 10 * sin(x / 90 + 2.4);
    double below = y - hill + 10 + 12 * hash(tree, (int) pitch);
    // Every five pixels a branch sticks out.
    double halfWidth = below * 0.2 + 2 * frac(below / 5);
    double trunk = abs(x - (tree + 0.5) * pitch);
    paint(min(max(trunk - halfWidth, -below), hill - y), colour);
  }

  /** A house with the tip of its gable at the origin; the quay wall hides its foot. */
  private void house(double x, double y, double halfWidth, double rise, int wall, int roof) {
    double gable = peak(x, y, rise / halfWidth);
    paint(box(x - halfWidth * 0.5, y - rise * 0.4, 3, 9), 0x4A2440);
    paint(max(gable, abs(x) - halfWidth), wall);
    paint(max(abs(gable) - 2.5, y - rise - 3), roof);
    paint(circle(x, y - rise * 0.7, 3), LAMPLIGHT);
    double column = floor(x / 12 + 0.5);
    double row = floor((y - rise) / 17);
    if (row >= 0 && abs(column) * 12 + 6 <= halfWidth) {
      double u = x - column * 12 - 0.5;
      double v = y - rise - row * 17 - 9.5;
      paint(box(u, v, 4.5, 6.5), 0xF4E6CF);
      paint(box(u, v, 3.5, 5.5), hash(column + wall, row) < 0.65 ? LAMPLIGHT : 0x26305F);
      paint(max(box(u, v, 4.5, 6.5), min(abs(u), abs(v)) - 0.5), 0xF4E6CF);
    }
  }

  private void bricks(double x, double y) {
    double wall = max(-y, x - 246);
    double course = floor(y / 4);
    double along = x + 5 * course;
    paint(wall, hash(floor(along / 10), course) < 0.5 ? 0x54406B : 0x7A5678);
    paint(max(wall, min(stripes(along, 10, 0.5), stripes(y, 4, 0.5))), INK);
  }

  private void lighthouse(double x, double y) {
    double rock = 123 + 12 * abs(2 * frac(x / 37) - 1) + abs(x) * 0.3 - y;
    paint(rock, 0x3A2C62);
    paint(max(rock, 15 - 34 * frac(x / 37 + (y - 132) / 50)), 0x8A5A86);
    double halfWidth = 13 + y * 0.075;
    double tower = max(abs(x) - halfWidth, abs(y - 71) - 71);
    paint(tower, 0xFFF3E2);
    paint(max(tower, stripes(y + x * 0.55, 40, 10) * 0.87), 0xD8333F);
    // The side away from the sun is darker.
    mix(0.6 * clamp(0.3 + 0.7 * x / halfWidth) * inside(tower), 0x2A1F55);
    for (int i = 0; i < 3; i++) {
      paint(box(x + 2, y - 30 - 38 * i, 3, 5), INK);
      paint(box(x + 2, y - 30 - 38 * i, 2, 4), LAMPLIGHT);
    }
    paint(box(x, y, 20, 2.5), INK);
    paint(max(box(x, y + 7, 19.5, 5), min(stripes(x, 5, 0.5), abs(y + 11.5) - 0.6)), INK);
    double lantern = box(x, y + 15, 9, 13);
    paint(lantern, 0xFFE98A);
    paint(max(lantern, stripes(x + 3, 6, 0.6)), 0x7A2F3A);
    paint(max(circle(x, y + 28, 12), y + 28), 0xC42B3A);
    paint(min(circle(x, y + 42, 2.5), line(x, y, 0, -40, 0, -56) - 0.6), INK);
    // The two beams rise to the left and sink to the right.
    double away = abs(x);
    double beam = abs(y + 16 - 0.12 * x) / max(away, 10);
    mix(clamp(4 - 40 * beam) * clamp(away - 9) * 0.5 * exp(-away / 260), 0xFFF3B8);
    mix(0.9 * exp(-circle(x, y + 15, 0) / 9), 0xFFFBE0);
  }

  private void water(double x, double y) {
    double depth = y - SHORE;
    // Counts the waves: 3 pixels long at the shore, 10 at the quay.
    double wave = 2.1 * sqrt(depth + 10);
    double wobble = (0.6 + 0.03 * depth) * sin(6.28 * wave + 1.5 * sin(x / 23) + x / 31);
    land(x + wobble, 2 * SHORE - y - 0.4 * wobble);
    boat(x - 408 + wobble, BOAT_WATERLINE - y);
    double sunlight = exp(-(x - SUN_X) * (x - SUN_X) / (1500 + 20 * depth));
    mix((0.25 + 0.3 * clamp(depth / 130)) * (1 - 0.7 * sunlight), 0x14286A);
    double row = floor(wave);
    double pitch = 60 + depth * 0.4;
    double along = x / pitch + 7 * hash(row, 3);
    double length = pitch * 0.45 * hash(floor(along), row + 200);
    double dash = stripes(along - 0.5, 1, 0) * pitch - length;
    double glint = max(dash, 0) + abs(frac(wave) - 0.5) * sqrt(depth + 10) - 0.5 - 0.01 * depth;
    mix(clamp(0.5 - 2 * glint) * (0.16 + 0.8 * sunlight), 0xFFDF9A);
  }

  private void boat(double x, double y) {
    paint(min(line(x, y, 0, -14, 0, -134), line(x, y, 0, -17, 46, -20)) - 1, 0x4A2A2A);
    double sail = polygon(x, y, 3, -128, 44, -24, 3, -21);
    paint(sail, 0xFFF0D6);
    paint(max(sail, stripes(y + 0.35 * x, 22, 5.5)), 0xE2453F);
    paint(polygon(x, y, -3, -120, -3, -22, -44, -17), 0xF7C548);
    paint(min(line(x, y, 0, -134, -50, -14), line(x, y, 0, -134, 50, -14)) - 0.4, INK);
    paint(polygon(x, y, 1, -139, 18, -134, 1, -129), 0x2FA6A0);
    double hull = polygon(x, y, -56, -15, 54, -15, 42, 2, -40, 2);
    paint(hull, 0xFDF6EC);
    paint(max(hull, -6 - y), 0x1F5C99);
    paint(max(hull, abs(y + 12) - 1), 0xD8333F);
    paint(max(abs(x) - 44, circle(stripes(x, 16, 0), y + 8.5, 1.7)), INK);
  }

  private void quay(double x, double y) {
    paint(-y, INK);
    double row = floor(y / 7);
    double along = x + 7 * row + 4 * hash(row, 17);
    double u = 7 - stripes(along, 14, 0);
    double v = y - 7 * row - 3.5;
    double stone = max(circle(max(u - 4, 0), max(abs(v) - 1, 0), 2), 7 - y);
    paint(stone, 0x54406F);
    mix((0.6 * hash(floor(along / 14), row) + 0.4 * clamp(-v / 4)) * inside(stone), 0xD08C90);
    double kerb = abs(y - 2.5) - 2.5;
    paint(kerb, 0x8D6286);
    paint(max(kerb, stripes(x, 46, 0.6)), INK);
  }

  private void lifebuoy(double x, double y) {
    double post = box(x, y - 2, 7, 44);
    paint(post, 0x6B4433);
    paint(max(post, stripes(x + 1.5 * sin(y / 9), 3.5, 0.5)), 0x4A2C2C);
    paint(box(x, y + 43, 9, 3), 0x8E5C40);
    double ring = abs(circle(x, y, 20)) - 7;
    paint(ring - 1, INK);
    paint(ring, 0xFFF3E2);
    paint(max(ring, abs(abs(x) - abs(y)) - 9), 0xE23B3B);
    paint(max(abs(circle(x, y, 28)) - 0.7, 9 - abs(abs(x) - abs(y))), 0xF7C548);
  }

  private static double cat(double x, double y) {
    double body = line(x, y, 0, -14, 1, -38) - 17.5 - y * 0.3;
    double side = abs(x - 2);
    double head = min(circle(x - 2, y + 46, 9.5), polygon(side, y, 1, -54, 8, -62, 9, -49));
    double tail = max(abs(circle(x - 22, y + 10, 9)) - 2.6, -9 - y);
    double tip = line(x, y, 31, -10, 35, -22) - 2.6;
    return min(min(body, head), min(tail, tip));
  }

  private void barrel(double x, double y) {
    double halfWidth = 25 - 0.006 * (y + 28) * (y + 28);
    double side = max(abs(x) - halfWidth, abs(y + 28) - 28);
    paint(side, 0x9A5B3A);
    paint(max(side, stripes(x / halfWidth * 25, 8, 0.7)), 0x5E3329);
    paint(max(side, abs(abs(y + 28) - 17) - 2.5), INK);
    mix(0.5 * clamp(x / halfWidth) * inside(side), 0x1A1440);
    // The lantern that stands on it.
    mix(0.55 * exp(-circle(x, y + 74, 0) / 24), 0xFFC85A);
    paint(abs(circle(x, y + 90, 8)) - 0.8, INK);
    paint(box(x, y + 74, 10, 14), 0xFFE07A);
    paint(circle(x, (y + 70) * 0.6, 4), 0xFFFBE6);
    paint(max(box(x, y + 74, 11, 15), 9.5 - abs(x)), INK);
    paint(box(x, y + 58, 13, 2.5), INK);
    paint(polygon(x, y, -4, -96, 4, -96, 13, -87, -13, -87), 0xB0343C);
  }

  private void paint(double distance, int colour) {
    mix(inside(distance), colour);
  }

  private void mix(double alpha, int colour) {
    // Most shapes miss most samples.
    for (int c = 0; alpha > 0 && c < 3; c++) {
      sample[c] += alpha * (((colour >> (16 - 8 * c)) & 255) - sample[c]);
    }
  }

  /** How much of a sample a shape covers, 0 to 1; the edge is as soft as a sample is wide. */
  private static double inside(double distance) {
    return clamp(0.5 - GRID * distance);
  }

  private static double circle(double x, double y, double radius) {
    return sqrt(x * x + y * y) - radius;
  }

  private static double box(double x, double y, double halfWidth, double halfHeight) {
    return max(abs(x) - halfWidth, abs(y) - halfHeight);
  }

  /** Everything below the two slopes that fall away from the origin. */
  private static double peak(double x, double y, double slope) {
    return (abs(x) * slope - y) / sqrt(1 + slope * slope);
  }

  /** Bands across the x axis, centred on the multiples of the pitch. */
  private static double stripes(double x, double pitch, double halfWidth) {
    return abs(frac(x / pitch + 0.5) - 0.5) * pitch - halfWidth;
  }

  /** The distance to the segment from a to b; less half a width, it is a line with round ends. */
  private static double line(double x, double y, double ax, double ay, double bx, double by) {
    double dx = bx - ax;
    double dy = by - ay;
    double t = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy));
    return circle(x - ax - t * dx, y - ay - t * dy, 0);
  }

  /** A convex polygon, its corners clockwise as seen on the screen. */
  private static double polygon(double x, double y, double... corners) {
    double distance = Double.NEGATIVE_INFINITY;
    int n = corners.length;
    for (int i = 0; i < n; i += 2) {
      double dx = corners[(i + 2) % n] - corners[i];
      double dy = corners[(i + 3) % n] - corners[i + 1];
      double outside = dy * (x - corners[i]) - dx * (y - corners[i + 1]);
      distance = max(distance, outside / sqrt(dx * dx + dy * dy));
    }
    return distance;
  }

  private static double clamp(double value) {
    return max(0, min(1, value));
  }

  private static double frac(double value) {
    return value - floor(value);
  }

  /** A fixed number in [0, 1) for every pair of whole numbers. */
  private static double hash(double a, double b) {
    int h = ((int) a) * 0x27D4EB2D + ((int) b) * 0x165667B1;
    h = (h ^ (h >>> 15)) * 0x2C1B3C6D;
    h = (h ^ (h >>> 12)) * 0x297A2D39;
    return (h >>> 8) / (double) (1 << 24);
  }
}

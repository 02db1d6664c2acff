package io.github.conv4j.cli.explain;

import io.github.conv4j.cli.explain.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;

/**
 * A picture of the wiring of a convolution: which input channels feed which output channels. Each
 * group has a colour. Where there are many channels, those of a group share a box; of many groups
 * the first ones and the last are drawn. The same arguments give the same text. Immutable and safe
 * for use by many threads.
 */
public final class GroupsPicture {
  /** The most boxes on a side of which each is one channel. */
  private static final int MOST_CHANNELS = 16;

  /** The most groups that are drawn. */
  private static final int MOST_GROUPS = 12;

  private static final int MARGIN = 24;
  private static final int TOP = 100;
  private static final int BOX_HEIGHT = 30;
  private static final int STEP = 40;
  private static final int BETWEEN = 220;

  /** For each group in turn: fill, edge, ink. */
  private static final String[][] COLOURS = {
    {"#dbeafe", "#2563eb", "#1e40af"},
    {"#ffedd5", "#c2410c", "#9a3412"},
    {"#dcfce7", "#15803d", "#166534"},
    {"#f3e8ff", "#7e22ce", "#6b21a8"},
    {"#cffafe", "#0e7490", "#155e75"},
    {"#fce7f3", "#be185d", "#9d174d"},
  };

  private final int inChannels;
  private final int outChannels;
  private final int groups;
  private final String title;

  private GroupsPicture(int inChannels, int outChannels, int groups, String title) {
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.groups = groups;
    this.title = title;
  }

  /**
   * Returns the picture of a convolution's channels.
   *
   * @param inChannels C, at least 1
   * @param outChannels OC, at least 1
   * @param groups divides both
   * @throws IllegalArgumentException if they are not so
   */
  public static GroupsPicture of(int inChannels, int outChannels, int groups) {
    if (inChannels < 1
        || outChannels < 1
        || groups < 1
        || inChannels % groups != 0
        || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          "expected channels, and groups that divide them, but got "
              + inChannels
              + " input channels, "
              + outChannels
              + " output channels and "
              + groups
              + " groups");
    }
    return new GroupsPicture(
        inChannels, outChannels, groups, "Which input channels feed which output channels");
  }

  /** Returns the picture with words of yours above it. */
  public GroupsPicture title(String words) {
    return new GroupsPicture(inChannels, outChannels, groups, words);
  }

  /** A box of some channels. */
  private record Box(int group, String text) {}

  /** Returns the picture as the text of an SVG file. */
  public String toSvg() {
    List<Box> inputs = boxes(inChannels);
    List<Box> outputs = boxes(outChannels);
    int boxWidth = 0;
    for (List<Box> side : List.of(inputs, outputs)) {
      for (Box box : side) {
        boxWidth = Math.max(boxWidth, Svg.labelWidth(box.text, 13) + 24);
      }
    }
    int rows = Math.max(inputs.size(), outputs.size());
    String summary = summary();
    int textWidth = Math.max(Svg.boldWidth(title, 17), Svg.labelWidth(summary, 13));
    int width = 2 * MARGIN + Math.max(textWidth, 2 * boxWidth + BETWEEN);
    int height = TOP + rows * STEP + MARGIN;
    int left = (width - 2 * boxWidth - BETWEEN) / 2;
    int right = left + boxWidth + BETWEEN;

    Svg svg = new Svg();
    svg.label(MARGIN, 34, 17, Anchor.START, Svg.INK, true, title);
    svg.label(MARGIN, 54, 13, Anchor.START, Svg.PALE_INK, false, summary);
    svg.label(left + boxWidth / 2, TOP - 12, 14, Anchor.MIDDLE, Svg.INK, true, "Input");
    svg.label(right + boxWidth / 2, TOP - 12, 14, Anchor.MIDDLE, Svg.INK, true, "Output");
    for (int o = 0; o < outputs.size(); o++) {
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i).group == outputs.get(o).group && inputs.get(i).group >= 0) {
          wire(
              svg,
              left + boxWidth,
              middle(i, inputs.size(), rows),
              right,
              middle(o, outputs.size(), rows),
              COLOURS[inputs.get(i).group % COLOURS.length][1]);
        }
      }
    }
    draw(svg, inputs, left, boxWidth, rows);
    draw(svg, outputs, right, boxWidth, rows);
    return svg.image(width, height, title, description());
  }

  private List<Box> boxes(int channels) {
    boolean each = inChannels <= MOST_CHANNELS && outChannels <= MOST_CHANNELS;
    int share = channels / groups;
    List<Box> boxes = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      if (!each && groups > MOST_GROUPS && g >= MOST_GROUPS / 2 && g < groups - 1) {
        boxes.add(new Box(-1, "and so on"));
        g = groups - 2;
        continue;
      }
      if (each || share == 1) {
        for (int c = g * share; c < (g + 1) * share; c++) {
          boxes.add(new Box(g, "channel " + c));
        }
      } else {
        boxes.add(new Box(g, "channels " + g * share + " to " + ((g + 1) * share - 1)));
      }
    }
    return boxes;
  }

  private static int middle(int box, int boxes, int rows) {
    return TOP + (rows - boxes) * STEP / 2 + box * STEP + BOX_HEIGHT / 2;
  }

  private static void draw(Svg svg, List<Box> boxes, int x, int boxWidth, int rows) {
    for (int b = 0; b < boxes.size(); b++) {
      Box box = boxes.get(b);
      int y = middle(b, boxes.size(), rows);
      String ink = Svg.PALE_INK;
      if (box.group >= 0) {
        String[] colours = COLOURS[box.group % COLOURS.length];
        svg.roundBox(x, y - BOX_HEIGHT / 2, boxWidth, BOX_HEIGHT, 6, colours[0], colours[1]);
        ink = colours[2];
      }
      svg.label(x + boxWidth / 2, y + 5, 13, Anchor.MIDDLE, ink, false, box.text);
    }
  }

  private static void wire(Svg svg, int x1, int y1, int x2, int y2, String colour) {
    int bend = (x2 - x1) / 2;
    svg.path(
        "M"
            + x1
            + " "
            + y1
            + "C"
            + (x1 + bend)
            + " "
            + y1
            + " "
            + (x2 - bend)
            + " "
            + y2
            + " "
            + x2
            + " "
            + y2,
        colour,
        2,
        false);
  }

  private String summary() {
    int depth = inChannels / groups;
    return (groups == 1 ? "1 group: " : groups + " groups: ")
        + (outChannels == 1 ? "the kernel is " : "each of the " + outChannels + " kernels is ")
        + depth
        + (depth == 1 ? " channel deep" : " channels deep");
  }

  private String description() {
    StringBuilder text = new StringBuilder(summary()).append('.');
    for (int g = 0; g < Math.min(groups, MOST_GROUPS); g++) {
      text.append(" Input ").append(channels(g, inChannels / groups));
      text.append(inChannels == groups ? " feeds output " : " feed output ");
      text.append(channels(g, outChannels / groups)).append('.');
    }
    if (groups > MOST_GROUPS) {
      text.append(" And so on.");
    }
    return text.toString();
  }

  private static String channels(int group, int share) {
    int first = group * share;
    return share == 1 ? "channel " + first : "channels " + first + " to " + (first + share - 1);
  }
}

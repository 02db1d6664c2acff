package io.github.conv4j.bench;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws the ratios of a comparison as bars. */
final class Plot {
  private static final int WIDTH = 1700;
  private static final int HEIGHT = 800;
  private static final int LABEL_DEGREES = 90;

  private static final Pattern DECIMAL = Pattern.compile("-?\\d+\\.\\d{3,}");

  private Plot() {}

  /**
   * Draws a PNG and an SVG file of the ratios to the best peer with plain arrays, and the same of
   * the ratios to the best peer in whatever layout.
   *
   * @param base where to: the files' names without what comes after
   */
  static void draw(Results results, Path base) throws IOException {
    draw(
        results,
        "Best peer with plain NCHW arrays: its time / conv4j's",
        Row::plainRatio,
        base.toString());
    draw(
        results,
        "Best peer in whatever layout: its time / conv4j's",
        Row::anyRatio,
        base + "-any-layout");
  }

  private static void draw(
      Results results, String title, Function<Row, OptionalDouble> ratio, String base)
      throws IOException {
    save(chart(results, title, ratio), base);
  }

  /** Writes a chart as PNG and as SVG, unless it is empty. */
  static void save(CategoryChart chart, String base) throws IOException {
    if (chart.getSeriesMap().size() > 0) {
      BitmapEncoder.saveBitmap(chart, base + ".png", BitmapFormat.PNG);
      String svg = base + ".svg";
      VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsFormat.SVG);
      Path file = Path.of(svg);
      Files.writeString(file, roundNumbers(Files.readString(file)));
    }
  }

  /**
   * Rounds what has a decimal point to hundredths of a pixel: letters are drawn as outlines, with
   * more digits than can be seen.
   */
  static String roundNumbers(String svg) {
    return DECIMAL
        .matcher(svg)
        .replaceAll(
            m -> new BigDecimal(m.group()).setScale(2, RoundingMode.HALF_EVEN).toPlainString());
  }

  static CategoryChart chart(Results results, String title, Function<Row, OptionalDouble> ratio) {
    CategoryChart chart = chart(title, WIDTH, LABEL_DEGREES);
    List<String> names = results.layers().stream().map(Layer::name).toList();
    for (Contender conv4j : List.of(Contender.CONV4J, Contender.CONV4J_FAST)) {
      for (int threads : results.settings().threads()) {
        addBars(chart, names, Row.of(results, threads, conv4j), ratio, label(conv4j, threads));
      }
    }
    return chart;
  }

  /** Returns an empty chart of ratios. */
  static CategoryChart chart(String title, int width, int labelDegrees) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(width)
            .height(HEIGHT)
            .title(title + " (over 1: conv4j is faster)")
            .yAxisTitle("ratio")
            .build();
    chart
        .getStyler()
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setChartBackgroundColor(Color.WHITE)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20))
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
    chart
        .getStyler()
        .setXAxisLabelRotation(labelDegrees)
        .setYAxisMin(0.0)
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15))
        .setYAxisDecimalPattern("0.0");
    chart.getStyler().setAnnotationLineColor(Color.BLACK);
    chart.addAnnotation(new AnnotationLine(1, false, false));
    return chart;
  }

  static String label(Contender conv4j, int threads) {
    return conv4j.title() + ", " + threads + (threads == 1 ? " thread" : " threads");
  }

  private static void addBars(
      CategoryChart chart,
      List<String> names,
      List<Row> rows,
      Function<Row, OptionalDouble> ratio,
      String label) {
    List<Double> bars = new ArrayList<>();
    for (String name : names) {
      bars.add(
          rows.stream()
              .filter(r -> r.layer().name().equals(name))
              .mapToDouble(r -> ratio.apply(r).orElse(0))
              .findFirst()
              .orElse(0));
    }
    if (bars.stream().anyMatch(b -> b > 0)) {
      chart.addSeries(label, names, bars);
    }
  }
}

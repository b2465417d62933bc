package dev.weft.cli;

import dev.weft.io.AtomicFile;
import dev.weft.nn.Task;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingListener.EpochEvent;

import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Loss and accuracy over the epochs, as a PNG. */
final class TrainingPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final Color LOSS = new Color(0xC0392B);
    private static final Color VALIDATION = new Color(0xE59866);
    private static final Color ACCURACY = new Color(0x1F618D);
    private static final float LINE = 2.2f;

    private TrainingPlot() {}

    /**
     * Draws the plot; where the machine has no fonts to draw with, says so and goes on.
     *
     * @return whether it was drawn
     */
    static boolean write(Path path, RunReport report, PrintWriter out) throws IOException {
        XYChart chart;
        byte[] png;
        try {
            chart = chart(report);
            png = BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
        } catch (LinkageError | AWTError | InternalError | RuntimeException e) {
            // On a machine without fontconfig AWT fails in any of these ways.
            out.println("no plot: this machine cannot draw text (" + e + "); install fontconfig");
            return false;
        }
        AtomicFile.write(path, stream -> stream.write(png));
        return true;
    }

    private static XYChart chart(RunReport report) {
        double[] epochs = report.epochs().stream().mapToDouble(EpochEvent::epoch).toArray();
        double[] loss = report.epochs().stream().mapToDouble(EpochEvent::loss).toArray();
        boolean classes = report.problem().task() == Task.CLASSES;
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title(report))
                        .xAxisTitle("epoch")
                        .build();
        Styler styler = chart.getStyler();
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setPlotGridLinesColor(new Color(0xE5E5E5));
        chart.getStyler().setXAxisDecimalPattern("0");
        chart.setYAxisGroupTitle(0, "training loss");
        addSeries(chart, "loss", epochs, loss, LOSS, 0);
        if (report.epochs().getFirst().validation() != null) {
            double[] validation =
                    report.epochs().stream().mapToDouble(RunReport::validationLoss).toArray();
            addSeries(chart, "validation loss", epochs, validation, VALIDATION, 0);
        }
        if (classes) {
            double[] accuracy =
                    report.epochs().stream().mapToDouble(epoch -> 100 * epoch.accuracy()).toArray();
            chart.setYAxisGroupTitle(1, "training accuracy, %");
            chart.getStyler().setYAxisGroupPosition(1, Styler.YAxisPosition.Right);
            addSeries(chart, "accuracy", epochs, accuracy, ACCURACY, 1);
        }
        return chart;
    }

    private static String title(RunReport report) {
        Evaluation test = report.test();
        return String.format(
                "%s, %s, lr %s%s",
                report.options().model(),
                report.options().optimizer.kind().label(),
                report.options().optimizer.learningRate(),
                test == null ? "" : ": test " + Headline.text(report.problem().task(), test));
    }

    private static void addSeries(
            XYChart chart, String name, double[] x, double[] y, Color color, int axis) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setYAxisGroup(axis);
        series.setLineColor(color);
        series.setMarkerColor(color);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setLineStyle(new BasicStroke(LINE));
    }
}

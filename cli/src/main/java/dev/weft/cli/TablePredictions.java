package dev.weft.cli;

import de.siegmar.fastcsv.writer.CsvWriter;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.Target;
import dev.weft.io.AtomicFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a model says of new rows: a line for each, in their order, as CSV. */
final class TablePredictions {
    private static final int BATCH = 256;

    private final SavedModel model;
    private final Preprocessing preprocessing;

    TablePredictions(SavedModel model) throws IOException {
        this.model = model;
        this.preprocessing = Preprocessing.fromJson(EvaluationData.preprocessing(model));
    }

    /**
     * Predicts the rows of a file.
     *
     * @param target where to write, null for standard output
     * @return how many rows there were
     */
    int predict(Path rows, TableOptions options, @Nullable Path target, PrintWriter out)
            throws IOException {
        options.adopt(model.checkpoint());
        List<String[]> lines = lines(CsvSource.open(rows, options.format()));
        if (target == null) {
            write(lines, out);
            out.flush();
        } else {
            AtomicFile.write(
                    target,
                    stream -> {
                        Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
                        write(lines, writer);
                        writer.flush();
                    });
        }
        return lines.size();
    }

    private List<String[]> lines(CsvSource rows) throws IOException {
        List<String[]> lines = new ArrayList<>();
        try (Batches batches =
                new InMemoryBatches(model.network().device(), preprocessing.inputs(rows), BATCH)) {
            batches.begin(0, 0);
            for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
                try (Scope _ = model.network().device().scope()) {
                    Tensor output = model.network().forward(slot.batch().input());
                    add(model.objective().predictions(output), lines);
                }
            }
        }
        return lines;
    }

    private void add(Tensor predictions, List<String[]> lines) {
        float[] numbers = predictions.toFloatArray();
        int columns = preprocessing.target().outputs();
        for (int row = 0; row < numbers.length / columns; row++) {
            float[] own = new float[columns];
            System.arraycopy(numbers, row * columns, own, 0, columns);
            for (float number : own) {
                if (!Float.isFinite(number)) {
                    throw new InputException(
                            "row %d: the model's outputs are not finite (%s): its parameters are damaged or were not trained"
                                    .formatted(lines.size() + 1, number));
                }
            }
            lines.add(line(own));
        }
    }

    private String[] line(float[] predicted) {
        return switch (preprocessing.target()) {
            case Target.Regression numbers ->
                    new String[] {Double.toString(numbers.restore(predicted[0]))};
            case Target.Classes(var _, var names) ->
                    line(names.get(model.decision().label(predicted)), predicted);
            case Target.MultiLabel(var _, char separator, var labels) -> {
                List<String> chosen = new ArrayList<>();
                for (int i = 0; i < predicted.length; i++) {
                    if (model.decision().has(i, predicted[i])) {
                        chosen.add(labels.get(i));
                    }
                }
                yield line(String.join(String.valueOf(separator), chosen), predicted);
            }
        };
    }

    private static String[] line(String prediction, float[] probabilities) {
        String[] line = new String[1 + probabilities.length];
        line[0] = prediction;
        for (int i = 0; i < probabilities.length; i++) {
            line[i + 1] = String.format(Locale.ROOT, "%.6f", probabilities[i]);
        }
        return line;
    }

    private void write(List<String[]> lines, Writer writer) throws IOException {
        CsvWriter csv = CsvWriter.builder().build(writer);
        List<String> header = new ArrayList<>();
        header.add(preprocessing.target().field().name());
        TableProblem.classes(preprocessing.target()).forEach(name -> header.add("p_" + name));
        csv.writeRecord(header);
        lines.forEach(csv::writeRecord);
        csv.flush();
    }
}

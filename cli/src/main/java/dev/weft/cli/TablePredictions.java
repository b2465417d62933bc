package dev.weft.cli;

import de.siegmar.fastcsv.writer.CsvWriter;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.ShuffleBuffer;
import dev.weft.data.Source;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.Target;
import dev.weft.io.AtomicFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

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
     * Predicts the rows of a file, some at a time.
     *
     * @param target where to write, null for standard output
     * @return how many rows there were
     */
    long predict(Path rows, TableOptions options, @Nullable Path target, PrintWriter out)
            throws IOException {
        options.adopt(model.checkpoint());
        Source source = preprocessing.inputSource(options.open(rows, null));
        if (target != null) {
            return write(source, target);
        }
        // All rows or none: the last of them may be one that cannot be read.
        Path whole = Files.createTempFile("weft", ".csv");
        try {
            long count = write(source, whole);
            try (Reader lines = Files.newBufferedReader(whole)) {
                lines.transferTo(out);
            }
            out.flush();
            return count;
        } finally {
            Files.delete(whole);
        }
    }

    private long write(Source rows, Path target) throws IOException {
        AtomicLong count = new AtomicLong();
        AtomicFile.write(
                target,
                stream -> {
                    Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
                    count.set(write(rows, writer));
                    writer.flush();
                });
        return count.get();
    }

    private long write(Source rows, Writer writer) throws IOException {
        CsvWriter csv = CsvWriter.builder().build(writer);
        List<String> header = new ArrayList<>();
        header.add(preprocessing.target().field().name());
        TableProblem.classes(preprocessing.target()).forEach(name -> header.add("p_" + name));
        csv.writeRecord(header);
        Device device = model.network().device();
        long count = 0;
        try (Batches batches = Problem.readAhead(device, new ShuffleBuffer(rows, 1), BATCH, null)) {
            batches.begin(0, 0);
            for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
                try (Scope _ = device.scope()) {
                    Tensor output = model.network().forward(slot.batch().input());
                    write(model.objective().predictions(output), count, csv);
                }
                count += slot.size();
            }
        }
        csv.flush();
        return count;
    }

    private void write(Tensor predictions, long before, CsvWriter csv) {
        float[] numbers = predictions.toFloatArray();
        int columns = preprocessing.target().outputs();
        for (int row = 0; row < numbers.length / columns; row++) {
            float[] own = new float[columns];
            System.arraycopy(numbers, row * columns, own, 0, columns);
            for (float number : own) {
                if (!Float.isFinite(number)) {
                    throw new InputException(
                            "row %d: the model's outputs are not finite (%s): its parameters are damaged or were not trained"
                                    .formatted(before + row + 1, number));
                }
            }
            csv.writeRecord(line(own));
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
}

package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Feed;
import dev.weft.data.IndexedSource;
import dev.weft.data.StreamedBatches;
import dev.weft.data.Transform;
import dev.weft.data.table.CleaningReport;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.train.Checkpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Map;

/** What is to be learnt: examples in parts, and how outputs are to be read. */
interface Problem extends TestSet {
    /** What is trained where the command line does not say. */
    record Defaults(String model, String optimizer, int epochs, int batch) {}

    Defaults defaults();

    /** What was found in the data and done about it; null where there is nothing to say. */
    default @Nullable CleaningReport cleaning() {
        return null;
    }

    /** How many numbers an example has. */
    int inputs();

    /** A batch of one example of zeros, in the innermost open scope. */
    default Tensor blank(Device device) {
        return device.zeros(1, inputs());
    }

    /** How many numbers a network gives for an example. */
    int outputs();

    long trainingSize();

    /** How many examples are kept for the test, 0 for none. */
    long testSize();

    /** How many examples to learn from each class has. */
    long[] classCounts() throws IOException;

    /** How often each class is among labels. */
    static long[] counts(int[] labels, int classes) {
        long[] counts = new long[classes];
        for (int label : labels) {
            counts[label]++;
        }
        return counts;
    }

    /**
     * What {@code --augment} asks for, of such examples.
     *
     * @throws InputException where the text is not of its form
     */
    Transform augmenter(String text);

    /**
     * The examples to learn from.
     *
     * @param augmenter what becomes of them in each epoch, null for nothing
     */
    Batches training(
            Device device, Architecture architecture, int batch, @Nullable Transform augmenter)
            throws IOException;

    /** Those that are looked at after each epoch; null without. */
    @Nullable Batches validation(Device device, Architecture architecture, int batch)
            throws IOException;

    /** Those that are looked at in the end. */
    Batches test(Device device, Architecture architecture, int batch) throws IOException;

    /** Those that are read, and perhaps changed, beside the device. */
    static Batches readAhead(
            Device device, IndexedSource examples, int batch, @Nullable Transform augmenter) {
        return readAhead(device, Feed.of(examples), batch, augmenter);
    }

    /** Those of a feed, likewise. */
    static Batches readAhead(
            Device device, Feed examples, int batch, @Nullable Transform augmenter) {
        // As many as are useful beside a device that has the other processors.
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, 4);
        return new StreamedBatches(device, examples, batch, threads, augmenter);
    }

    /** What a model file has to keep so that new examples can be predicted. */
    Map<String, String> metadata();

    /**
     * Makes sure that a run which goes on has the data that it was begun with.
     *
     * @throws InputException where it has not
     */
    void checkIsOf(Checkpoint resumed) throws FormatException;
}

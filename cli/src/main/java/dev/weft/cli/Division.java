package dev.weft.cli;

import dev.weft.io.FormatException;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the data of a model were divided. It is in the model's file, so that a test on the same data
 * is on what was kept back.
 *
 * @param how the options
 * @param testCount how many digits were kept for the test, null where nothing was said
 * @param seed what parts are drawn by
 */
record Division(SplitOptions how, @Nullable Integer testCount, long seed) {
    /** What a test of examples says where some were learnt. */
    static final String LEARNT =
            "the model was trained on %s of these examples: it knows them, and does worse on"
                    + " others";

    private static final String DATA = "weft.data";
    private static final String SHARES = "weft.split";
    private static final String BY = "weft.split_by";
    private static final String FOLDS = "weft.folds";
    private static final String TEST_COUNT = "weft.test_count";

    /** What a model's metadata has to keep. */
    static Map<String, String> metadata(TrainOptions options) {
        Map<String, String> metadata = new LinkedHashMap<>();
        put(metadata, DATA, options.fingerprint);
        put(metadata, SHARES, options.split.shares);
        put(metadata, BY, options.split.by);
        put(metadata, FOLDS, options.split.folds == 0 ? null : options.split.folds);
        put(metadata, TEST_COUNT, options.testCount);
        return metadata;
    }

    private static void put(Map<String, String> metadata, String key, @Nullable Object value) {
        if (value != null) {
            metadata.put(key, value.toString());
        }
    }

    /**
     * That of a model which was trained on these very data; null for others.
     *
     * @throws FormatException where the model's file says what makes no sense
     */
    static @Nullable Division of(Checkpoint trained, Path data) throws IOException {
        Map<String, String> said = trained.metadata();
        String before = said.get(DATA);
        if (before == null || !before.equals(Fingerprint.of(data))) {
            return null;
        }
        SplitOptions how = new SplitOptions();
        how.shares = said.get(SHARES);
        how.by = said.get(BY);
        how.folds = said.containsKey(FOLDS) ? number(trained, FOLDS) : 0;
        how.duplicates = SplitOptions.Duplicated.of(trained);
        return new Division(
                how,
                said.containsKey(TEST_COUNT) ? Integer.valueOf(number(trained, TEST_COUNT)) : null,
                TrainingState.of(trained).seed());
    }

    private static int number(Checkpoint trained, String key) throws FormatException {
        return (int) trained.requiredInteger(key, 1, Integer.MAX_VALUE);
    }

    /** Whether examples were kept for a test. */
    boolean keptSome() {
        return how.folds == 0;
    }

    /** The numbers of those examples. */
    int[] kept(Divisible all) throws IOException {
        List<int[]> parts = how.parts(all, seed);
        return parts.getLast();
    }

    /** What those examples are called. */
    static String kept(Object data) {
        return data + ", what was kept of it for the test";
    }
}

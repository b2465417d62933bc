package dev.weft.cli;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Feed;
import dev.weft.data.Transform;
import dev.weft.data.text.TextFile;
import dev.weft.data.text.TextWindows;
import dev.weft.data.text.Tokenizer;
import dev.weft.data.text.TokenizerOptions;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which character of a text follows those before it. */
final class TextProblem implements Problem, TextSet {
    /** What metadata calls models for texts. */
    static final String KIND = "text";

    private static final String SHARES = "0.9/0.1";

    /** Windows that are tested at once: each has logits for every character at every place. */
    private static final int TEST_BATCH = 16;

    private final Path path;
    private final int context;
    private final Tokenizer characters;
    private final TextWindows everywhere;
    private final int perEpoch;
    private final @Nullable TextWindows validation;
    private final TextWindows test;

    /** Cuts a text into parts, and learns the characters of the first. */
    private TextProblem(Path path, List<String> parts, int context) {
        this.path = path;
        this.context = context;
        characters = Tokenizer.fit(parts.subList(0, 1), TokenizerOptions.characters());
        everywhere = windows("training", parts.getFirst(), 1);
        perEpoch = (everywhere.count() - 1) / context + 1; // as many as lie side by side
        validation = parts.size() == 3 ? windows("validation", parts.get(1), context) : null;
        test = windows("test", parts.getLast(), context);
    }

    /**
     * Reads the text that {@code --data} names.
     *
     * @throws InputException where options do not fit it, or it is too short
     */
    static TextProblem read(TrainOptions options) throws IOException {
        SplitOptions how = options.split;
        if (options.testCount != null) {
            throw new InputException("--test-count is for digits: use --split");
        }
        if (how.by != null || how.folds != 0) {
            throw new InputException(
                    "--split-by and --folds are not for texts: the last part is the test");
        }
        Path path = options.data;
        if (path == null) {
            throw new InputException(
                    "--model %s learns a text: give a file in UTF-8 as --data"
                            .formatted(options.model()));
        }
        return new TextProblem(path, parts(text(path), how.shares(SHARES)), options.context());
    }

    /**
     * The text of a file.
     *
     * @throws InputException where there is none
     */
    static String text(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new InputException(path + ": is a folder, and the model is for a text in UTF-8");
        }
        String text = TextFile.read(path);
        if (text.isEmpty()) {
            throw new InputException(path + ": is empty");
        }
        return text;
    }

    /** The part of a text that is kept for the test. */
    static String kept(String text, SplitOptions how) {
        return parts(text, how.shares(SHARES)).getLast();
    }

    /** One behind the other. */
    private static List<String> parts(String text, double[] shares) {
        int all = text.codePointCount(0, text.length());
        List<String> parts = new ArrayList<>();
        double share = 0;
        int from = 0;
        for (int i = 0; i < shares.length; i++) {
            share += shares[i];
            int to =
                    i == shares.length - 1
                            ? text.length()
                            : text.offsetByCodePoints(0, (int) Math.round(share * all));
            parts.add(text.substring(from, to));
            from = to;
        }
        return parts;
    }

    private TextWindows windows(String part, String text, int stride) {
        return windows("%s: its %s part".formatted(path, part), characters, text, context, stride);
    }

    /**
     * Windows of a text.
     *
     * @param what it is, for messages
     * @throws InputException where it is not longer than a window
     */
    static TextWindows windows(
            String what, Tokenizer characters, String text, int context, int stride) {
        int[] tokens = characters.encode(text);
        if (tokens.length <= context) {
            throw new InputException(
                    "%s has %,d characters, and must have more than the context of %,d: give a longer text, or train with a smaller --context"
                            .formatted(what, tokens.length, context));
        }
        return new TextWindows(tokens, context, stride);
    }

    @Override
    public Defaults defaults() {
        return new Defaults("gpt", "adamw", 5, 16);
    }

    @Override
    public String description() {
        return "%s, windows of %d of %d characters"
                .formatted(path, context, characters.tokens().size());
    }

    @Override
    public int inputs() {
        return context;
    }

    @Override
    public Tensor blank(Device device) {
        return device.zeros(DType.I32, 1, context);
    }

    @Override
    public int outputs() {
        return characters.size();
    }

    @Override
    public long trainingSize() {
        return perEpoch;
    }

    @Override
    public long testSize() {
        return test.count();
    }

    @Override
    public long[] classCounts() {
        return new long[0];
    }

    @Override
    public Transform augmenter(String text) {
        throw new InputException("--augment is not for texts");
    }

    @Override
    public Batches training(
            Device device, Architecture architecture, int batch, @Nullable Transform augmenter) {
        return Problem.readAhead(device, Feed.drawn(everywhere, perEpoch), batch, augmenter);
    }

    @Override
    public @Nullable Batches validation(Device device, Architecture architecture, int batch) {
        return validation == null ? null : inOrder(device, validation);
    }

    @Override
    public Batches test(Device device, Architecture architecture, int batch) {
        return inOrder(device, test);
    }

    /** Windows to test on. */
    static Batches inOrder(Device device, TextWindows windows) {
        return Problem.readAhead(device, Feed.of(windows), TEST_BATCH, null);
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SavedModel.KIND, KIND);
        metadata.put(TableProblem.PREPROCESSING, characters.toJson());
        return metadata;
    }

    @Override
    public void checkIsOf(Checkpoint resumed) throws FormatException {
        long before = TrainingState.of(resumed).examples();
        if (before != trainingSize()
                || !resumed.required(TableProblem.PREPROCESSING).equals(characters.toJson())) {
            throw new InputException(
                    "was trained on other data: on %,d windows of a text; these are %,d, or of another text"
                            .formatted(before, trainingSize()));
        }
    }
}

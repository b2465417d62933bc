package dev.weft.embeddings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Brings texts to a model: those of one of the lengths of {@link Shapes} run together. */
final class Batches {
    /** Tokens that wait, to be sorted by length: a megabyte. */
    private static final int MOST_WAITING = 1 << 18;

    private final Function<Batch, float[][]> model;
    private final Shapes shapes;
    private final int padding;
    private final float[][] vectors;
    private final List<Text> waiting = new ArrayList<>();
    private int tokensWaiting;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Text(int number, int[] ids) {}

    /**
     * For some texts.
     *
     * @param model gives a vector for each row
     * @param shapes of what it runs on
     * @param padding the id that fills up
     */
    Batches(int texts, Function<Batch, float[][]> model, Shapes shapes, int padding) {
        this.model = model;
        this.shapes = shapes;
        this.padding = padding;
        vectors = new float[texts][];
    }

    /** Adds the text of a number. */
    void add(int number, int[] ids) {
        waiting.add(new Text(number, ids));
        tokensWaiting += ids.length;
        if (tokensWaiting > MOST_WAITING) {
            run();
        }
    }

    /** The vectors by their texts' numbers. */
    float[][] finish() {
        run();
        return vectors;
    }

    private void run() {
        waiting.sort(Comparator.comparingInt(this::length).reversed());
        for (int from = 0; from < waiting.size(); ) {
            int length = length(waiting.get(from));
            int to = from + 1;
            while (to < waiting.size() && length(waiting.get(to)) == length) {
                to++;
            }
            to = from + shapes.rows(to - from, length);
            run(waiting.subList(from, to), length);
            from = to;
        }
        waiting.clear();
        tokensWaiting = 0;
    }

    private int length(Text text) {
        return shapes.length(text.ids().length);
    }

    private void run(List<Text> texts, int length) {
        Batch batch = Batch.of(texts.stream().map(Text::ids).toList(), length, padding);
        float[][] results = model.apply(batch);
        for (int i = 0; i < results.length; i++) {
            vectors[texts.get(i).number()] = results[i];
        }
    }
}

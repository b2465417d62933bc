package dev.weft.embeddings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The vectors of texts, which come as windows of tokens. Windows of one of the lengths of {@link Shapes}
 * run together.
 */
final class Averages {
    /** Tokens that wait, to be sorted by length. */
    private static final int MOST_WAITING = 1 << 18;

    private final Function<Batch, float[][]> model;
    private final Shapes shapes;
    private final int padding;
    private final float[][] vectors;
    private final int[] tokens;
    private final List<Window> waiting = new ArrayList<>();
    private int tokensWaiting;

    private record Window(int text, int weight, int[] ids) {}

    /**
     * For some texts.
     *
     * @param shapes of what the model runs on
     * @param padding the id that fills up
     */
    Averages(int texts, Function<Batch, float[][]> model, Shapes shapes, int padding) {
        this.model = model;
        this.shapes = shapes;
        this.padding = padding;
        vectors = new float[texts][];
        tokens = new int[texts];
    }

    /**
     * Adds a window.
     *
     * @param weight how many tokens are the text's
     * @param ids all of them
     */
    void add(int text, int weight, int[] ids) {
        waiting.add(new Window(text, weight, ids));
        tokensWaiting += ids.length;
        if (tokensWaiting > MOST_WAITING) {
            run();
        }
    }

    /** What all that was added gives. */
    Embeddings finish() {
        run();
        return new Embeddings(vectors, tokens);
    }

    private void run() {
        waiting.sort(Comparator.comparingInt((Window window) -> length(window)).reversed());
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

    private int length(Window window) {
        return shapes.length(window.ids().length);
    }

    private void run(List<Window> windows, int length) {
        Batch batch = Batch.of(windows.stream().map(Window::ids).toList(), length, padding);
        float[][] results = model.apply(batch);
        for (int i = 0; i < results.length; i++) {
            Window window = windows.get(i);
            int text = window.text();
            if (vectors[text] == null) {
                vectors[text] = results[i];
            } else {
                double share = (double) window.weight() / (tokens[text] + window.weight());
                for (int j = 0; j < results[i].length; j++) {
                    vectors[text][j] += (float) ((results[i][j] - vectors[text][j]) * share);
                }
            }
            tokens[text] += window.weight();
        }
    }
}

package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.backend.Window;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a network is made of, and what it costs for inputs of some shapes. As text it is a table.
 *
 * @param rows the blocks, each after those that it is made of
 * @param parameters how many numbers they have
 * @param trained how many of them are trained
 * @param flops multiplications and additions of products and convolutions, one for each element of
 *     a pooled window, and one for each other number that is computed, in one pass forward
 * @param parameterBytes of parameters and buffers
 * @param resultBytes of the results of the innermost blocks in one pass forward: what training
 *     keeps for the way back, at least
 */
public record Summary(
        List<Row> rows,
        long parameters,
        long trained,
        long flops,
        long parameterBytes,
        long resultBytes) {
    private static final long KIB = 1024;

    /**
     * A block.
     *
     * @param path its name in the network; empty for the root
     * @param block its description
     * @param outputs the shapes of its results
     * @param parameters of its own, without those of the blocks that it is made of
     * @param flops with those of the blocks that it is made of
     */
    public record Row(
            String path, String block, List<Shape> outputs, long parameters, long flops) {}

    /** Keeps the list as it is now. */
    public Summary {
        rows = List.copyOf(rows);
    }

    /**
     * Multiplications and additions of a product or a convolution, one for each element of a pooled
     * window, otherwise one for each number written.
     */
    static long flops(KernelCall call) {
        return switch (call) {
            case KernelCall.Gemm gemm -> {
                View a = gemm.a();
                yield 2 * gemm.c().size() * a.shape().dim(a.shape().rank() - 1);
            }
            case KernelCall.Convolution c -> 2 * c.y().size() * ofOneResult(c.weight());
            case KernelCall.ConvolutionInputGrad c -> 2 * c.dy().size() * ofOneResult(c.weight());
            case KernelCall.MaxPool pool -> pool.y().size() * elements(pool.window());
            case KernelCall.AveragePool pool -> pool.y().size() * elements(pool.window());
            case KernelCall.Copy _, KernelCall.Fill _ -> 0;
            default -> call.writes().stream().mapToLong(View::size).sum();
        };
    }

    /** The weights that meet in one result of a convolution; its first extent counts results. */
    private static long ofOneResult(View weight) {
        return weight.size() / weight.shape().dim(0);
    }

    private static long elements(Window window) {
        return (long) window.depth().size() * window.rows().size() * window.columns().size();
    }

    @Override
    public String toString() {
        int path = width(rows.stream().map(Row::path).toList(), "name");
        int block = Math.min(48, width(rows.stream().map(Row::block).toList(), "layer"));
        int shape = width(rows.stream().map(Summary::shapes).toList(), "result");
        String line = "%-" + path + "s  %-" + block + "s  %-" + shape + "s  %12s  %14s%n";
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(Locale.ROOT, line, "name", "layer", "result", "parameters", "FLOPs"));
        for (Row row : rows) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            line,
                            row.path,
                            cut(row.block, block),
                            shapes(row),
                            "%,d".formatted(row.parameters),
                            "%,d".formatted(row.flops)));
        }
        return text.append(
                        String.format(
                                Locale.ROOT,
                                "%,d parameters (%,d trained), %s; %,d FLOPs and %s of results in a"
                                        + " pass forward%n",
                                parameters,
                                trained,
                                size(parameterBytes),
                                flops,
                                size(resultBytes)))
                .toString();
    }

    private static String shapes(Row row) {
        return row.outputs.stream().map(Shape::toString).collect(Collectors.joining(" "));
    }

    private static int width(List<String> texts, String title) {
        return texts.stream().mapToInt(String::length).reduce(title.length(), Math::max);
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    private static String size(long bytes) {
        return bytes < 10 * KIB * KIB
                ? String.format(Locale.ROOT, "%.1f KiB", (double) bytes / KIB)
                : String.format(Locale.ROOT, "%.1f MiB", (double) bytes / KIB / KIB);
    }
}

package dev.weft.conformance;

import dev.weft.Distances;
import dev.weft.Norms;
import dev.weft.PadMode;
import dev.weft.Padding;
import dev.weft.Statistics;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** PyTorch's shapes, sums by an equation, statistics, norms and distances. */
final class TorchComposites {
    private TorchComposites() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put("einsum", o -> Tensor.einsum(o.text("equation"), operands(o)));
        operations.put("flip", o -> o.x().flip(o.integers("axis")));
        operations.put("roll", o -> o.x().roll(o.integer("shift"), o.integer("axis")));
        operations.put("pad", TorchComposites::pad);
        operations.put("tril", o -> o.x().tril(o.integer("diagonal", 0)));
        operations.put("triu", o -> o.x().triu(o.integer("diagonal", 0)));
        operations.put("logsumexp", o -> o.x().logsumexp(o.integers("axis")));
        operations.put("norm", o -> o.x().norm(power(o), o.integers("axis")));
        operations.put(
                "normalize",
                o -> Norms.normalize(o.x(), power(o), o.integer("axis"), o.real("eps")));
        operations.put(
                "var", o -> Statistics.var(o.x(), o.real("correction"), false, o.integers("axis")));
        operations.put(
                "std", o -> Statistics.std(o.x(), o.real("correction"), false, o.integers("axis")));
        operations.put(
                "cosine_similarity",
                o ->
                        Norms.cosineSimilarity(
                                o.get("a"), o.get("b"), o.integer("axis"), o.real("eps")));
        operations.put(
                "clip_grad_norm",
                o -> {
                    Tensor g = o.get("g").copy();
                    double p = o.text("norm_type").isEmpty() ? 2 : o.real("norm_type");
                    Tensor norm = Norms.clip(List.of(g), o.real("max_norm"), p);
                    o.give("norm", norm);
                    o.give("g", g);
                    return norm;
                });
        operations.put(
                "cdist",
                o ->
                        power(o) == 2
                                ? o.get("a").cdist(o.get("b"))
                                : Distances.cdist(o.get("a"), o.get("b"), power(o)));
    }

    private static Tensor[] operands(TorchOperands o) {
        return Stream.of("a", "b", "c", "d").filter(o::has).map(o::get).toArray(Tensor[]::new);
    }

    private static double power(TorchOperands o) {
        return switch (o.text("p")) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> o.real("p");
        };
    }

    private static Tensor pad(TorchOperands o) {
        long[] widths = Arrays.stream(o.integers("pad")).asLongStream().toArray();
        double value = o.real("value", 0);
        return switch (o.text("mode")) {
            case "", "constant" -> Padding.pad(o.x(), value, widths);
            case "reflect" -> o.x().pad(PadMode.REFLECT, widths);
            case "replicate" -> o.x().pad(PadMode.REPLICATE, widths);
            case "circular" -> o.x().pad(PadMode.CIRCULAR, widths);
            default -> throw new UnsupportedCase("mode " + o.text("mode"));
        };
    }
}

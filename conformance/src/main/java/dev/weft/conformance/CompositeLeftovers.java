package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.weft.Comparisons;
import dev.weft.Creation;
import dev.weft.Cumulative;
import dev.weft.DType;
import dev.weft.Diagonals;
import dev.weft.Distances;
import dev.weft.Elementwise;
import dev.weft.LinearAlgebra;
import dev.weft.Norms;
import dev.weft.PadMode;
import dev.weft.Padding;
import dev.weft.PrintOptions;
import dev.weft.Shapes;
import dev.weft.Statistics;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What {@link LeftoverCases} tries of the operations that are put together from others. */
final class CompositeLeftovers {
    private final Map<String, LeftoverCases.Operation> operations;

    private CompositeLeftovers(Map<String, LeftoverCases.Operation> operations) {
        this.operations = operations;
    }

    static void addTo(Map<String, LeftoverCases.Operation> operations) {
        CompositeLeftovers cases = new CompositeLeftovers(operations);
        cases.views();
        cases.parts();
        cases.copies();
        cases.creation();
        cases.products();
        cases.statistics();
        cases.distances();
    }

    private void put(String signature, LeftoverCases.Operation operation) {
        operations.put(signature, operation);
    }

    private void views() {
        put("squeeze(int[])", c -> c.x.slice(0, 0, 1).squeeze(0));
        put("squeeze(Tensor, int[])", c -> Shapes.squeeze(c.x));
        put("unsqueeze(int)", c -> c.x.unsqueeze(1));
        put("unsqueeze(Tensor, int)", c -> Shapes.unsqueeze(c.x, 0));
        put("flatten()", c -> c.x.flatten());
        put("flatten(int, int)", c -> c.x.transpose().flatten(0, 1));
        put("flatten(Tensor, int, int)", c -> Shapes.flatten(c.x, 0, 1));
        put("moveaxis(int, int)", c -> c.x.moveaxis(0, 1));
        put("moveaxis(Tensor, int, int)", c -> Shapes.moveaxis(c.x, 0, 1));
        put("select(int, long)", c -> c.x.select(0, 1));
        put("select(Tensor, int, long)", c -> Shapes.select(c.x, 0, 1));
        put("diagonal(long, int, int)", c -> c.x.diagonal(0, 0, 1));
        put("diagonal(Tensor, long, int, int)", c -> Diagonals.diagonal(c.x, 1, 0, 1));
    }

    private void parts() {
        several("split(long, int)", c -> c.x.split(2, 0));
        several("split(long[], int)", c -> c.x.split(new long[] {1, 2}, 0));
        several("chunk(int, int)", c -> c.x.chunk(2, 0));
        several("unbind(int)", c -> c.x.unbind(0));
        several("split(Tensor, long, int)", c -> Shapes.split(c.x, 2, 0));
        several("split(Tensor, long[], int)", c -> Shapes.split(c.x, new long[] {1, 2}, 0));
        several("chunk(Tensor, int, int)", c -> Shapes.chunk(c.x, 2, 0));
        several("unbind(Tensor, int)", c -> Shapes.unbind(c.x, 0));
        several("meshgrid(Tensor[])", c -> Creation.meshgrid(c.vector, c.x.flatten()));
    }

    /** Views, of which one stands for all. */
    private void several(String signature, Function<LeftoverCases, List<Tensor>> operation) {
        put(signature, c -> operation.apply(c).getLast());
    }

    private void extremes(
            String signature, Function<LeftoverCases, Cumulative.Extremes> operation) {
        put(
                signature,
                c -> {
                    Cumulative.Extremes extremes = operation.apply(c);
                    extremes.values().close();
                    extremes.indices().close();
                    return null;
                });
    }

    private void copies() {
        put("stack(int, Tensor[])", c -> Tensor.stack(0, c.x, c.positive));
        put("tile(long[])", c -> c.x.tile(2));
        put("tile(Tensor, long[])", c -> Shapes.tile(c.x, 1, 2));
        put("repeatInterleave(long, int)", c -> c.x.repeatInterleave(2, 0));
        put("repeatInterleave(Tensor, long, int)", c -> Shapes.repeatInterleave(c.x, 2, 0));
        put("flip(int[])", c -> c.x.flip());
        put("flip(Tensor, int[])", c -> Shapes.flip(c.x, 0));
        put("roll(long, int)", c -> c.x.roll(1, 0));
        put("roll(Tensor, long, int)", c -> Shapes.roll(c.x, 1, 1));
        put("pad(double, long[])", c -> c.x.pad(1, 1, -1));
        put("pad(Tensor, double, long[])", c -> Padding.pad(c.x, 0, 1, 1));
        put("pad(PadMode, long[])", c -> c.x.pad(PadMode.REFLECT, 2, 2, 1, 1));
        put("pad(Tensor, PadMode, long[])", c -> Padding.pad(c.x, PadMode.CIRCULAR, 1, 1));
        put("diag(int)", c -> c.vector.diag(1));
        put("diag(Tensor, int)", c -> Diagonals.diag(c.vector, 0));
        put("trace(Tensor)", c -> Diagonals.trace(c.x));
        put("tril(int)", c -> c.x.tril(0));
        put("tril(Tensor, int)", c -> Diagonals.tril(c.x, 0));
        put("triu(int)", c -> c.x.triu(0));
        put("triu(Tensor, int)", c -> Diagonals.triu(c.x, 0));
    }

    private void creation() {
        put(
                "fill(double)",
                c -> {
                    c.target.slice(0, 0, 1).fill(0.5);
                    return null;
                });
        put("arange(DType, double)", c -> c.device.arange(DType.I32, 5));
        put("arange(DType, double, double, double)", c -> c.device.arange(DType.F32, 0, 1, 0.25));
        put(
                "arange(Device, DType, double, double, double)",
                c -> Creation.arange(c.device, DType.U8, 3, 0, -1));
        put("linspace(DType, double, double, long)", c -> c.device.linspace(DType.F32, 0, 1, 3));
        put(
                "linspace(Device, DType, double, double, long)",
                c -> Creation.linspace(c.device, DType.F16, 0, 1, 3));
        put("eye(DType, long)", c -> c.device.eye(DType.I8, 2));
        put("eye(Device, DType, long, long)", c -> Creation.eye(c.device, DType.F32, 2, 3));
        put("oneHot(DType, Tensor, long)", c -> Creation.oneHot(DType.I64, c.ids, 3));
    }

    private void products() {
        put("dot(Tensor)", c -> c.vector.dot(c.vector));
        put("dot(Tensor, Tensor)", c -> LinearAlgebra.dot(c.vector, c.x.flatten().slice(0, 0, 3)));
        put("outer(Tensor)", c -> c.vector.outer(c.vector));
        put("outer(Tensor, Tensor)", c -> LinearAlgebra.outer(c.vector, c.vector));
        put("mv(Tensor)", c -> c.x.mv(c.vector));
        put("mv(Tensor, Tensor)", c -> LinearAlgebra.mv(c.x, c.vector));
        put("bmm(Tensor)", c -> c.x.unsqueeze(0).bmm(c.positive.unsqueeze(0)));
        put(
                "bmm(Tensor, Tensor)",
                c -> LinearAlgebra.bmm(c.x.unsqueeze(0), c.positive.unsqueeze(0)));
        put("addmm(Tensor, Tensor, double, double)", c -> c.vector.addmm(c.x, c.positive, 2, 3));
        put(
                "addmm(Tensor, Tensor, Tensor, double, double)",
                c -> LinearAlgebra.addmm(c.vector, c.x, c.positive, 1, 3));
        put("tensordot(Tensor, Tensor, int)", c -> LinearAlgebra.tensordot(c.x, c.positive, 2));
        put("einsum(String, Tensor[])", c -> Tensor.einsum("ij,kj,kl->il", c.x, c.positive, c.x));
    }

    private void statistics() {
        put("var(int[])", c -> c.x.var(0));
        put("var(Tensor, double, boolean, int[])", c -> Statistics.var(c.x, 0, true, 1));
        put("std(int[])", c -> c.x.std());
        put("std(Tensor, double, boolean, int[])", c -> Statistics.std(c.x, 0, true, 1));
        put("logsumexp(int[])", c -> c.x.logsumexp(0));
        put("logsumexp(Tensor, boolean, int[])", c -> Statistics.logsumexp(c.x, true));
        put("logcumsumexp(int)", c -> c.x.logcumsumexp(0));
        put("logcumsumexp(Tensor, int)", c -> Cumulative.logcumsumexp(c.x, 1));
        extremes("cummax(int)", c -> c.x.cummax(0));
        extremes("cummax(Tensor, int)", c -> Cumulative.cummax(c.x, 1));
        extremes("cummin(int)", c -> c.x.cummin(1));
        extremes("cummin(Tensor, int)", c -> Cumulative.cummin(c.x, 0));
        put("norm(double, int[])", c -> c.x.norm(2, 0));
        put("clip(List, double, double)", c -> Norms.clip(List.of(c.positive.detach()), 1e3, 2));
        put("norm(Tensor, double, boolean, int[])", c -> Norms.norm(c.x, 3, false));
        put("normalize(int)", c -> c.x.normalize(1));
        put("normalize(Tensor, double, int, double)", c -> Norms.normalize(c.x, 1, 0, 1e-6));
        put("cosineSimilarity(Tensor, int)", c -> c.x.cosineSimilarity(c.positive, 1));
        put(
                "cosineSimilarity(Tensor, Tensor, int, double)",
                c -> Norms.cosineSimilarity(c.x, c.vector, 1, 1e-6));
    }

    private void distances() {
        put("cdist(Tensor, Tensor)", c -> Distances.cdist(c.x, c.positive));
        put("cdist(Tensor, Tensor, double)", c -> Distances.cdist(c.x, c.positive, 1));
        put(
                "pairwiseDistance(Tensor, Tensor, double, double)",
                c -> Distances.pairwiseDistance(c.x, c.positive, 2, 1e-6));
        put("maskedFill(Tensor, double)", c -> c.x.maskedFill(c.truths, 2));
        put("maskedFill(Tensor, Tensor, double)", c -> Elementwise.maskedFill(c.x, c.truths, 2));
        put(
                "isClose(Tensor, Tensor, double, double, boolean)",
                c -> Comparisons.isClose(c.x, c.positive, 0.1, 0.1, true));
        put("allClose(Tensor)", c -> none(c.x.allClose(c.positive)));
        put(
                "allClose(Tensor, Tensor, double, double, boolean)",
                c -> none(Comparisons.allClose(c.x, c.vector, 0.1, 0.1, true)));
        PrintOptions ends = PrintOptions.defaults().threshold(2).edgeItems(1);
        put("toByteArray()", c -> none(c.truths.transpose().toByteArray().length == 0));
        put("itemAsLong()", c -> none(c.ids.slice(0, 1, 2).itemAsLong() != 0));
        put("itemAsBoolean()", c -> none(c.truths.select(0, 1).itemAsBoolean()));
        put("toString()", c -> none(c.x.transpose().toString().isEmpty()));
        put("toString(PrintOptions)", c -> none(c.x.toString(ends).isEmpty()));
        put("arrayEqual(Tensor, Tensor)", c -> none(Comparisons.arrayEqual(c.x, c.positive)));
    }

    private static @Nullable Tensor none(boolean read) {
        assertFalse(read);
        return null;
    }
}

package dev.weft.conformance;

import dev.weft.Creation;
import dev.weft.DType;
import dev.weft.Diagonals;
import dev.weft.PadMode;
import dev.weft.Padding;
import dev.weft.Shapes;
import dev.weft.Tensor;

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
}

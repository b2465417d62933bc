package dev.weft.conformance;

import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.PadMode;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Shapes, padding and diagonals, whose results share, repeat, reverse or drop elements. */
final class ShapeCases {
    private final List<OpCase> cases = new ArrayList<>();

    private ShapeCases() {}

    static List<OpCase> all() {
        ShapeCases all = new ShapeCases();
        all.views();
        all.parts();
        all.copies();
        all.padding();
        all.diagonals();
        return all.cases;
    }

    /** Of one operand, as it is and in another order: gradients come and go through strides. */
    private void add(String name, UnaryOperator<Tensor> op, Input input) {
        cases.add(opCase(name, x -> op.apply(x[0]), input));
        cases.add(opCase(name + " within exp", x -> op.apply(x[0].exp()).tanh(), input));
    }

    private void views() {
        add("squeeze", Tensor::squeeze, normal(1, 3, 1, 2));
        add("squeeze of an axis", x -> x.squeeze(-2), normal(1, 3, 1, 2));
        add("unsqueeze", x -> x.unsqueeze(1), normal(3, 2));
        add("unsqueeze at the end", x -> x.transpose().unsqueeze(-1), normal(3, 2));
        add("flatten", Tensor::flatten, normal(2, 3, 2));
        add("flatten of some axes", x -> x.flatten(1, 2), normal(2, 3, 2));
        add("flatten of a transpose", x -> x.transpose().flatten(), normal(2, 3));
        add("moveaxis", x -> x.moveaxis(0, 2), normal(2, 3, 4));
        add("moveaxis to the front", x -> x.moveaxis(-1, 0), normal(2, 3, 4));
        add("select", x -> x.select(1, 2), normal(2, 3, 4));
    }

    private void parts() {
        added("split", x -> x.split(2, 1), normal(3, 5));
        added("split by sizes", x -> x.split(new long[] {1, 0, 4}, 1), normal(3, 5));
        added("chunk", x -> x.chunk(3, 0), normal(5, 2));
        added("unbind", x -> x.unbind(-1), normal(3, 4));
    }

    /** Parts that each count differently, so that each one's gradient is seen. */
    private void added(String name, Function<Tensor, List<Tensor>> op, Input input) {
        cases.add(
                opCase(
                        name,
                        x -> {
                            List<Tensor> parts = op.apply(x[0]);
                            Tensor sum = parts.getFirst().square().sum();
                            for (int i = 1; i < parts.size(); i++) {
                                sum = sum.add(parts.get(i).mul(1 + i).square().sum());
                            }
                            return sum;
                        },
                        input));
    }

    private void copies() {
        cases.add(
                opCase(
                        "stack",
                        x -> Tensor.stack(1, x[0], x[1].transpose(), x[0]),
                        normal(2, 3),
                        normal(3, 2)));
        cases.add(opCase("stack of scalars", x -> Tensor.stack(0, x[0], x[1]), normal(), normal()));
        add("tile", x -> x.tile(2, 3), normal(2, 2));
        add("tile to more axes", x -> x.tile(2, 1, 2), normal(3, 2));
        add("tile of leading axes", x -> x.transpose(0, 2).tile(2), normal(2, 1, 3));
        add("tile to nothing", x -> x.tile(0), normal(3));
        add("repeat interleave", x -> x.repeatInterleave(3, 0), normal(2, 3));
        add("flip", Tensor::flip, normal(3, 4));
        add("flip of an axis", x -> x.flip(1), normal(2, 3, 4));
        add("flip of one", x -> x.flip(0), normal(1, 3));
        add("slice backwards", x -> x.slice(1, 6, 0, -2), normal(2, 7));
        add("slice of nothing backwards", x -> x.slice(0, 1, 1, -1), normal(3));
        add("roll", x -> x.roll(2, 1), normal(3, 5));
        add("roll back", x -> x.roll(-7, 0), normal(3, 2));
        add("roll by nothing", x -> x.roll(3, 0), normal(3, 2));
    }

    private void padding() {
        add("pad", x -> x.pad(0.5, 1, 2, 0, 3), normal(2, 2, 3));
        add("pad and cut", x -> x.pad(0, -1, 2, 1, -1), normal(3, 4));
        add("pad of nothing", x -> x.pad(1, 2, 0), normal(3, 0));
        for (PadMode mode : PadMode.values()) {
            add("pad " + mode, x -> x.pad(mode, 2, 1), normal(2, 3));
            add("pad " + mode + " of two axes", x -> x.pad(mode, 0, 2, 1, 1), normal(2, 3, 4));
            add("pad " + mode + " and cut", x -> x.pad(mode, 1, -2), normal(2, 5));
            add("pad " + mode + " by nothing", x -> x.pad(mode, 0, 0), normal(2, 2));
        }
    }

    private void diagonals() {
        for (int k : new int[] {0, 1, -2, 5}) {
            add("diagonal " + k, x -> x.diagonal(k, 0, 1), normal(3, 4));
            add("diagonal matrix " + k, x -> x.diag(k), normal(3));
            add("tril " + k, x -> x.tril(k), normal(3, 4));
            add("triu " + k, x -> x.triu(k), normal(2, 3, 3));
        }
        add("diagonal of outer axes", x -> x.diagonal(-1, 2, 0), normal(3, 2, 4));
        add("trace", Tensor::trace, normal(3, 4));
    }
}

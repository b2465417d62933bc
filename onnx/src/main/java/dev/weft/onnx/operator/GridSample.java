package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * ONNX's GridSample of pictures: each result lies somewhere between the elements (Jaderberg et al.
 * 2015). Along both axes it is a sum of a few elements with weights: 1 for the nearest, 2 for
 * linear, 4 for cubic.
 */
final class GridSample {
    /** The cubic's (Keys 1981), as PyTorch has it. */
    private static final double A = -0.75;

    private final Tensor x;
    private final String mode;
    private final String padding;
    private final boolean corners;

    /** Elements along an axis, and their weights; both batch×places. */
    private record Tap(Tensor index, Tensor weight) {}

    private GridSample(NodeCall node) {
        x = node.x(0);
        mode = node.text("mode", "bilinear");
        padding = node.text("padding_mode", "zeros");
        corners = node.integer("align_corners", 0) == 1;
    }

    static void addTo(OperatorTable operators) {
        operators.one("GridSample", node -> new GridSample(node).of(node.x(1)));
    }

    private Tensor of(Tensor grid) {
        if (x.rank() != 4) {
            throw new UnsupportedOnnxException("%d axes".formatted(x.rank()));
        }
        long batch = x.dim(0);
        long channels = x.dim(1);
        long places = grid.dim(1) * grid.dim(2);
        List<Tap> columns = taps(grid.select(-1, 0), (double) x.dim(3));
        List<Tap> rows = taps(grid.select(-1, 1), (double) x.dim(2));
        Tensor flat = LayoutOperators.reshaped(x, batch, channels, x.dim(2) * x.dim(3));
        List<Tensor> parts = new ArrayList<>();
        for (Tap row : rows) {
            for (Tap column : columns) {
                Tensor index = row.index.mul((double) x.dim(3)).add(column.index).to(DType.I64);
                Tensor each =
                        LayoutOperators.reshaped(index, batch, 1, places)
                                .expand(batch, channels, places);
                Tensor weight =
                        LayoutOperators.reshaped(row.weight.mul(column.weight), batch, 1, places);
                parts.add(flat.takeAlong(2, each.contiguous()).mul(weight));
            }
        }
        Tensor y = parts.stream().reduce(Tensor::add).orElseThrow();
        return y.reshape(batch, channels, grid.dim(1), grid.dim(2));
    }

    /** From [-1, 1] to the elements' numbers. */
    private Tensor places(Tensor grid, double extent) {
        return corners ? grid.add(1).mul((extent - 1) / 2) : grid.add(1).mul(extent).sub(1).div(2);
    }

    private List<Tap> taps(Tensor grid, double extent) {
        Tensor place = places(grid, extent);
        List<Tap> taps = new ArrayList<>();
        switch (mode) {
            case "nearest" -> taps.add(tap(padded(place, extent).round(), null, extent));
            case "linear", "bilinear" -> {
                Tensor inside = padded(place, extent);
                Tensor low = inside.floor();
                Tensor part = inside.sub(low);
                taps.add(tap(low, part.neg().add(1), extent));
                taps.add(tap(low.add(1), part, extent));
            }
            case "cubic", "bicubic" -> {
                Tensor low = place.floor();
                Tensor part = place.sub(low);
                for (int i = -1; i <= 2; i++) {
                    Tensor distance = part.sub(i).abs();
                    Tensor weight = i == 0 || i == 1 ? near(distance) : far(distance);
                    taps.add(tap(padded(low.add(i), extent), weight, extent));
                }
            }
            default -> throw new UnsupportedOnnxException("mode " + mode);
        }
        return taps;
    }

    /** ((A + 2) d - (A + 3)) d² + 1, up to 1 away. */
    private static Tensor near(Tensor d) {
        return d.mul(A + 2).sub(A + 3).mul(d).mul(d).add(1);
    }

    /** ((A d - 5 A) d + 8 A) d - 4 A, up to 2 away. */
    private static Tensor far(Tensor d) {
        return d.mul(A).sub(5 * A).mul(d).add(8 * A).mul(d).sub(4 * A);
    }

    /** The place that stands for one outside. */
    private Tensor padded(Tensor place, double extent) {
        return switch (padding) {
            case "zeros" -> place;
            case "border" -> place.clamp(0, extent - 1);
            case "reflection" -> reflected(place, extent);
            default -> throw new UnsupportedOnnxException("padding_mode " + padding);
        };
    }

    /** At the middles of the outer elements, or at their edges, as a mirror there shows it. */
    private Tensor reflected(Tensor place, double extent) {
        double low = corners ? 0 : -0.5;
        double span = corners ? extent - 1 : extent;
        if (span == 0) {
            return place.zerosLike();
        }
        Tensor along = place.sub(low).abs().remainder(2 * span);
        return along.min(along.neg().add(2 * span)).add(low).clamp(0, extent - 1);
    }

    /** An element outside counts as 0. */
    private static Tap tap(Tensor index, @Nullable Tensor weight, double extent) {
        Tensor inside =
                index.greaterEqual(ChoiceOperators.number(index, 0))
                        .logicalAnd(index.less(ChoiceOperators.number(index, extent)))
                        .to(index.dtype());
        return new Tap(index.clamp(0, extent - 1), weight == null ? inside : weight.mul(inside));
    }
}

package dev.weft.conformance;

import dev.weft.PoolWindow;
import dev.weft.Pooled;
import dev.weft.Pooling;
import dev.weft.Resizing;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;

/** PyTorch's pooling and interpolation. */
final class TorchPooling {
    private TorchPooling() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put("max_pool2d", TorchPooling::max);
        operations.put(
                "avg_pool2d", o -> Pooling.average(o.x(), windows(o), o.flag("count_include_pad")));
        operations.put(
                "adaptive_avg_pool2d", o -> Pooling.adaptiveAverage(o.x(), longs(o, "output")));
        operations.put("interpolate", TorchPooling::interpolate);
    }

    private static PoolWindow windows(TorchOperands o) {
        int[] sizes = o.integers("kernel");
        return PoolWindow.of(sizes.length == 1 ? new int[] {sizes[0], sizes[0]} : sizes)
                .stride(o.integers("stride"))
                .padding(o.integers("padding"))
                .ceil(o.flag("ceil_mode"));
    }

    private static Tensor max(TorchOperands o) {
        Pooled pooled = Pooling.max(o.x(), windows(o).dilation(o.integers("dilation")));
        o.give("indices", pooled.indices());
        return pooled.values();
    }

    private static Tensor interpolate(TorchOperands o) {
        Resizing.Mode mode =
                switch (o.text("mode")) {
                    case "nearest" -> Resizing.Mode.NEAREST;
                    case "linear", "bilinear" -> Resizing.Mode.LINEAR;
                    case "bicubic" -> Resizing.Mode.CUBIC;
                    default -> throw new UnsupportedCase("mode " + o.text("mode"));
                };
        return Resizing.resize(o.x(), mode, o.flag("align_corners"), longs(o, "size"));
    }

    private static long[] longs(TorchOperands o, String attribute) {
        return Arrays.stream(o.integers(attribute)).asLongStream().toArray();
    }
}

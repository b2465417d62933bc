package dev.weft.conformance;

import dev.weft.Convolutions;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.Function;

/** PyTorch's convolutions. */
final class TorchConvolutions {
    private TorchConvolutions() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put(
                "conv1d", o -> Convolutions.conv1d(o.x(), o.get("w"), bias(o), geometry(o, 1)));
        operations.put(
                "conv2d", o -> Convolutions.conv2d(o.x(), o.get("w"), bias(o), geometry(o, 2)));
        operations.put(
                "conv_transpose2d",
                o ->
                        Convolutions.convTranspose2d(
                                o.x(),
                                o.get("w"),
                                bias(o),
                                geometry(o, 2),
                                o.integers("output_padding")));
    }

    private static @Nullable Tensor bias(TorchOperands o) {
        return o.has("b") ? o.get("b") : null;
    }

    private static ConvolutionGeometry geometry(TorchOperands o, int axes) {
        return ConvolutionGeometry.of(axes)
                .stride(o.integers("stride"))
                .padding(o.integers("padding"))
                .dilation(o.integers("dilation"))
                .groups(o.integer("groups"));
    }
}

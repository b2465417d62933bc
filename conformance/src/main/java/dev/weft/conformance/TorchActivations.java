package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Tensor;

import java.util.Map;
import java.util.function.Function;

/** PyTorch's activations, softmax, products and reductions, by the methods of the same names. */
final class TorchActivations {
    private TorchActivations() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put("matmul", o -> o.get("a").matmul(o.get("b")));
        operations.put("bmm", o -> o.get("a").bmm(o.get("b")));
        operations.put("softplus", o -> o.x().softplus());
        operations.put("elu", o -> o.x().elu(o.real("alpha", 1)));
        operations.put("leaky_relu", o -> o.x().leakyRelu(o.real("negative_slope", 0.01)));
        operations.put("gelu", TorchActivations::gelu);
        operations.put("clamp", o -> o.x().clamp(o.real("min"), o.real("max")));
        operations.put("softmax", o -> o.x().softmax(o.integer("axis")));
        operations.put("log_softmax", o -> o.x().logSoftmax(o.integer("axis")));
        operations.put("argmax", o -> o.x().argmax(o.integer("axis")));
        operations.put("sum", o -> o.x().sum(axes(o)));
        operations.put("mean", o -> o.x().mean(axes(o)));
        operations.put("prod", o -> o.x().prod(axes(o)));
        operations.put("amax", o -> o.x().max(axes(o)));
        operations.put("amin", o -> o.x().min(axes(o)));
        operations.put("any", o -> o.x().to(DType.BOOL).any(axes(o)));
        operations.put("all", o -> o.x().to(DType.BOOL).all(axes(o)));
    }

    /** None, which stands for all, where the case names none. */
    private static int[] axes(TorchOperands o) {
        return o.text("axis").isEmpty() ? new int[0] : o.integers("axis");
    }

    private static Tensor gelu(TorchOperands o) {
        return switch (o.text("approximate")) {
            case "", "none" -> o.x().gelu();
            case "tanh" -> o.x().geluTanh();
            default -> throw new UnsupportedCase("approximate " + o.text("approximate"));
        };
    }
}

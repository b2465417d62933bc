package dev.weft.conformance;

import static java.util.Map.entry;

import dev.weft.Activations;
import dev.weft.Sorted;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** PyTorch's operations, as its documentation defines them, by operations on tensors. */
final class TorchOperators {
    private static final Map<String, Function<TorchOperands, Tensor>> OPERATIONS = new HashMap<>();

    /** By their names, of the operand "x". */
    private static final Map<String, UnaryOperator<Tensor>> UNARY =
            Map.ofEntries(
                    entry("abs", Tensor::abs),
                    entry("acos", Tensor::acos),
                    entry("acosh", Tensor::acosh),
                    entry("asin", Tensor::asin),
                    entry("asinh", Tensor::asinh),
                    entry("atan", Tensor::atan),
                    entry("atanh", Tensor::atanh),
                    entry("ceil", Tensor::ceil),
                    entry("cos", Tensor::cos),
                    entry("cosh", Tensor::cosh),
                    entry("erf", Tensor::erf),
                    entry("erfc", Tensor::erfc),
                    entry("exp", Tensor::exp),
                    entry("exp2", Tensor::exp2),
                    entry("expm1", Tensor::expm1),
                    entry("floor", Tensor::floor),
                    entry("hardsigmoid", Tensor::hardSigmoid),
                    entry("hardswish", Tensor::hardSwish),
                    entry("isfinite", Tensor::isFinite),
                    entry("isinf", Tensor::isInf),
                    entry("isnan", Tensor::isNan),
                    entry("log", Tensor::log),
                    entry("log10", Tensor::log10),
                    entry("log2", Tensor::log2),
                    entry("logical_not", Tensor::logicalNot),
                    entry("logsigmoid", Tensor::logSigmoid),
                    entry("mish", Tensor::mish),
                    entry("neg", Tensor::neg),
                    entry("quick_gelu", Activations::quickGelu),
                    entry("reciprocal", Tensor::reciprocal),
                    entry("relu", Tensor::relu),
                    entry("relu6", Activations::relu6),
                    entry("round", Tensor::round),
                    entry("selu", Tensor::selu),
                    entry("sigmoid", Tensor::sigmoid),
                    entry("sign", Tensor::sign),
                    entry("silu", Tensor::silu),
                    entry("sin", Tensor::sin),
                    entry("sinh", Tensor::sinh),
                    entry("softsign", Tensor::softsign),
                    entry("sqrt", Tensor::sqrt),
                    entry("square", Tensor::square),
                    entry("tan", Tensor::tan),
                    entry("tanh", Tensor::tanh),
                    entry("tanhshrink", Activations::tanhshrink),
                    entry("trunc", Tensor::trunc));

    /** By their names, of the operands "a" and "b". */
    private static final Map<String, BinaryOperator<Tensor>> BINARY =
            Map.ofEntries(
                    entry("add", Tensor::add),
                    entry("atan2", Tensor::atan2),
                    entry("div", Tensor::div),
                    entry("fmod", Tensor::fmod),
                    entry("hypot", Tensor::hypot),
                    entry("logical_and", Tensor::logicalAnd),
                    entry("logical_or", Tensor::logicalOr),
                    entry("logical_xor", Tensor::logicalXor),
                    entry("maximum", Tensor::max),
                    entry("minimum", Tensor::min),
                    entry("mul", Tensor::mul),
                    entry("pow", Tensor::pow),
                    entry("remainder", Tensor::remainder),
                    entry("sub", Tensor::sub));

    private TorchOperators() {}

    static {
        TorchActivations.addTo(OPERATIONS);
        TorchAttention.addTo(OPERATIONS);
        TorchChoices.addTo(OPERATIONS);
        TorchConvolutions.addTo(OPERATIONS);
        TorchComposites.addTo(OPERATIONS);
        TorchLosses.addTo(OPERATIONS);
        TorchNormalizations.addTo(OPERATIONS);
        TorchPooling.addTo(OPERATIONS);
        TorchRecurrence.addTo(OPERATIONS);
        elementwise();
        reductions();
        layouts();
    }

    /** Computes the result "y", and gives those beside it. */
    static Tensor run(TorchOperands o) {
        if (TorchUpdates.has(o.operation())) {
            return TorchUpdates.run(o);
        }
        if (TorchSchedules.has(o.operation())) {
            return TorchSchedules.run(o);
        }
        Function<TorchOperands, Tensor> found = OPERATIONS.get(o.operation());
        if (found == null) {
            throw new UnsupportedCase("unknown operation");
        }
        return found.apply(o);
    }

    private static void add(String name, Function<TorchOperands, Tensor> operation) {
        OPERATIONS.put(name, operation);
    }

    private static void elementwise() {
        UNARY.forEach((name, op) -> add(name, o -> op.apply(o.x())));
        BINARY.forEach((name, op) -> add(name, o -> op.apply(o.get("a"), o.get("b"))));
        // The cases' own domains: their results are those of |x| + 0.1 and of |x|.
        add("rsqrt", o -> o.x().abs().add(0.1).rsqrt());
        add("log1p", o -> o.x().abs().log1p());
        add("celu", o -> o.x().celu(o.real("alpha", 1)));
        add("glu", o -> Activations.glu(o.x(), o.integer("axis", -1)));
        add("hardshrink", o -> Activations.hardshrink(o.x(), o.real("lambd", 0.5)));
        add("softshrink", o -> Activations.softshrink(o.x(), o.real("lambd", 0.5)));
        add(
                "hardtanh",
                o -> Activations.hardtanh(o.x(), o.real("min_val", -1), o.real("max_val", 1)));
        add("threshold", o -> Activations.threshold(o.x(), o.real("threshold"), o.real("value")));
        add("prelu", o -> Activations.prelu(o.x(), o.get("slope").reshape(-1, 1)));
    }

    private static void reductions() {
        add("argmin", o -> o.x().argmin(o.integer("axis")));
        add("sort", o -> sorted(o, o.x().sort(o.integer("axis"), o.flag("descending"))));
        add(
                "topk",
                o -> sorted(o, o.x().topk(o.integer("k"), o.integer("axis"), o.flag("largest"))));
        add("cumsum", o -> o.x().cumsum(o.integer("axis")));
        add("cumprod", o -> o.x().cumprod(o.integer("axis")));
        add("prod", o -> o.x().prod(o.integer("axis")));
    }

    private static Tensor sorted(TorchOperands o, Sorted result) {
        o.give("indices", result.indices());
        return result.values();
    }

    private static void layouts() {
        add(
                "embedding",
                o -> {
                    Tensor table = o.get("table");
                    Tensor indices = o.get("indices");
                    long[] dims = Arrays.copyOf(indices.shape().toArray(), indices.rank() + 1);
                    dims[indices.rank()] = table.dim(1);
                    Tensor flat = indices.reshape(-1);
                    Tensor rows = table.gather(flat);
                    String padding = o.text("padding_idx");
                    return (padding.isEmpty()
                                    ? rows
                                    : TorchChoices.padded(
                                            rows,
                                            table.detach().gather(flat),
                                            flat,
                                            o.integer("padding_idx")))
                            .reshape(dims);
                });
        add("index_select", o -> o.x().indexSelect(o.integer("axis"), o.get("indices")));
        add("gather_elements", o -> o.x().takeAlong(o.integer("axis"), o.get("indices")));
        add(
                "scatter_add_elements",
                o -> o.x().scatterAdd(o.integer("axis"), o.get("indices"), o.get("src")));
    }
}

package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Dimension;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.ValueInfo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Holds what a model is given to what it declares. */
final class InputCheck {
    private final String model;
    private final List<ValueInfo> declared;

    /** What stands for an extent of an axis. */
    private record Symbol(String name, int axis) {}

    InputCheck(String model, List<ValueInfo> declared) {
        this.model = model;
        this.declared = declared;
    }

    /** The inputs in the model's order. */
    List<Tensor> ordered(Device device, Map<String, Tensor> inputs) {
        Set<String> missing = new LinkedHashSet<>();
        declared.forEach(info -> missing.add(info.name()));
        Set<String> surplus = new LinkedHashSet<>(inputs.keySet());
        surplus.removeAll(missing);
        missing.removeAll(inputs.keySet());
        if (!missing.isEmpty() || !surplus.isEmpty()) {
            throw new OnnxException(
                    "%s: takes inputs %s, got %s"
                            .formatted(
                                    model,
                                    declared.stream().map(ValueInfo::name).toList(),
                                    inputs.keySet().stream().sorted().toList()));
        }
        Map<Symbol, Long> extents = new HashMap<>();
        Map<Symbol, ValueInfo> firsts = new HashMap<>();
        List<Tensor> ordered = new ArrayList<>();
        for (ValueInfo info : declared) {
            Tensor x = Objects.requireNonNull(inputs.get(info.name()));
            if (!x.device().equals(device)) {
                throw wrong(info, x, "is on another device than the model, %s".formatted(device));
            }
            if (info.type() != 0 && x.dtype() != info.dtype()) {
                throw wrong(info, x, "has another type");
            }
            checkShape(info, x, extents, firsts);
            ordered.add(x);
        }
        return ordered;
    }

    private void checkShape(
            ValueInfo info, Tensor x, Map<Symbol, Long> extents, Map<Symbol, ValueInfo> firsts) {
        List<Dimension> dims = info.dims();
        if (dims == null) {
            return;
        }
        if (dims.size() != x.rank()) {
            throw wrong(info, x, "has another number of axes");
        }
        for (int axis = 0; axis < dims.size(); axis++) {
            Dimension dim = dims.get(axis);
            long extent = x.dim(axis);
            if (dim.size() >= 0 && dim.size() != extent) {
                throw wrong(info, x, "has another extent of axis %d".formatted(axis));
            }
            if (dim.size() < 0 && !dim.symbol().isEmpty()) {
                // Exporters give one symbol to all axes of an input; over inputs it is right.
                Symbol symbol = new Symbol(dim.symbol(), axis);
                ValueInfo first = firsts.putIfAbsent(symbol, info);
                long before = extents.computeIfAbsent(symbol, _ -> extent);
                if (first != null && before != extent) {
                    throw wrong(
                            info,
                            x,
                            "has %d for '%s', which is %d in '%s'"
                                    .formatted(extent, dim.symbol(), before, first.name()));
                }
            }
        }
    }

    private OnnxException wrong(ValueInfo info, Tensor x, String what) {
        return new OnnxException(
                "%s: input '%s' is %s, got %s %s, which %s"
                        .formatted(
                                model, info.name(), info.describe(), x.dtype(), x.shape(), what));
    }
}

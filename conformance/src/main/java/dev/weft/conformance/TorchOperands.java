package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;

import java.util.HashMap;
import java.util.Map;

/** A case's inputs on a device, and its settings, for the operation that computes it. */
final class TorchOperands {
    private final TorchCase c;
    private final Map<String, Tensor> tensors = new HashMap<>();

    /** With operands of this floating type; integers and truths as the file has them. */
    TorchOperands(TorchCase c, Device device, DType floating) {
        this.c = c;
        for (String name : c.names("in.")) {
            TorchCase.Array array = c.array("in." + name);
            DType dtype = array.dtype().isFloating() ? floating : array.dtype();
            Values values = Values.of(dtype, array.values());
            tensors.put(name, values.on(device, array.shape()).named(name));
        }
    }

    /** The operand "x". */
    Tensor x() {
        return get("x");
    }

    Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new UnsupportedCase("without " + name);
        }
        return tensor;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    boolean isReal(String name) {
        return c.array("in." + name).dtype().isFloating();
    }

    String text(String attribute) {
        return c.text(attribute);
    }

    int integer(String attribute) {
        return c.integer(attribute);
    }

    double real(String attribute) {
        return c.real(attribute, Double.NaN);
    }
}

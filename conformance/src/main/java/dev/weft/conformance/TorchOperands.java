package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A case's inputs on a device, and its settings, for the operation that computes it. */
final class TorchOperands {
    private final TorchCase c;
    private final Map<String, Tensor> tensors = new HashMap<>();

    TorchOperands(TorchCase c, Device device) {
        this.c = c;
        for (String name : c.names("in.")) {
            TorchCase.Array array = c.array("in." + name);
            tensors.put(name, upload(device, array).named(name));
        }
    }

    private static Tensor upload(Device device, TorchCase.Array array) {
        long[] dims = array.shape().toArray();
        Tensor flat =
                array.dtype().startsWith("F")
                        ? device.tensor(DType.F32, array.values())
                        : device.tensor(
                                Arrays.stream(array.values()).mapToInt(v -> (int) v).toArray());
        return flat.reshape(dims);
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
        return c.array("in." + name).dtype().startsWith("F");
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

package dev.weft.conformance;

import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Tensor;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Compares a model's outputs with those of a case: shape and type equal, and |actual - expected| ≤
 * 1e-7 + 1e-3 |expected|, as in ONNX's own runner.
 */
final class OnnxRun {
    private OnnxRun() {}

    static void compare(OnnxCase c, Device device, Comparison comparison) {
        try (var _ = device.scope();
                OnnxSession session = c.model().on(device)) {
            Map<String, Tensor> inputs = new HashMap<>();
            c.inputs().forEach((name, x) -> inputs.put(name, x.elements().on(device)));
            Map<String, Tensor> results = session.run(inputs);
            Iterator<OnnxTensor> expected = c.expected().iterator();
            results.forEach((name, y) -> compare(name, expected.next().elements(), y, comparison));
        } catch (UnsupportedOnnxException e) {
            throw new UnsupportedCase(c.operator(), String.valueOf(e.getMessage()));
        }
    }

    private static void compare(
            String what, HostArray expected, Tensor actual, Comparison comparison) {
        double[] values = new double[Math.toIntExact(expected.shape().size())];
        Arrays.setAll(values, expected::get);
        comparison.shapes(what, expected.shape(), actual.shape());
        comparison.types(what, expected.dtype(), actual.dtype());
        comparison.values(what, Tolerance.ONNX, values, actual.toDoubleArray());
    }
}

package dev.weft.conformance;

import dev.weft.Device;
import dev.weft.Tensor;

import java.util.List;

/**
 * Compares a node's outputs with those of a case: shape and type equal, and |actual - expected| ≤
 * 1e-7 + 1e-3 |expected|, as in ONNX's own runner.
 */
final class OnnxRun {
    private OnnxRun() {}

    static void compare(OnnxCase c, Device device, Comparison comparison) {
        for (OnnxTensor output : c.expected()) {
            if (output.values() == null) {
                String type = OnnxNode.typeName(output.type());
                throw new UnsupportedCase("result of type " + type);
            }
        }
        try (var _ = device.scope()) {
            List<Tensor> results = run(c, device);
            for (int i = 0; i < c.expected().size(); i++) {
                int position = c.positions().get(i);
                if (position >= results.size()) {
                    throw new UnsupportedCase("output " + position);
                }
                compare(
                        "output " + position,
                        c.expected().get(i),
                        results.get(position),
                        comparison);
            }
        }
    }

    private static List<Tensor> run(OnnxCase c, Device device) {
        OnnxNode node = new OnnxNode(c, device);
        List<Tensor> results;
        try {
            results = OnnxOperators.run(c.operator(), node);
        } catch (UnsupportedCase e) {
            throw e;
        } catch (RuntimeException e) {
            node.refuseUnread();
            throw e;
        }
        node.refuseUnread();
        return results;
    }

    private static void compare(
            String what, OnnxTensor expected, Tensor actual, Comparison comparison) {
        Values values = expected.values();
        if (values == null) {
            throw new IllegalArgumentException(what + ": there is nothing to compare with");
        }
        comparison.shapes(what, expected.shape(), actual.shape());
        comparison.types(what, values.dtype(), actual.dtype());
        comparison.values(what, Tolerance.ONNX, values.reals(), actual.toDoubleArray());
    }
}

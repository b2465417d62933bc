package dev.weft.conformance;

import dev.weft.Convolutions;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's convolutions, whose padding may be given by the result's extents. */
final class OnnxConvolutions {
    private OnnxConvolutions() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        operators.put("Conv", node -> List.of(convolution(node)));
        operators.put("ConvTranspose", node -> List.of(transposed(node)));
    }

    private static @Nullable Tensor bias(OnnxNode node) {
        return node.has(2) ? node.x(2) : null;
    }

    private static int[] integers(OnnxNode node, String name, int axes, int otherwise) {
        int[] numbers = Arrays.stream(node.integers(name)).mapToInt(Math::toIntExact).toArray();
        if (numbers.length > 0) {
            return numbers;
        }
        int[] all = new int[axes];
        Arrays.fill(all, otherwise);
        return all;
    }

    /** Without the padding that "auto_pad" asks for. */
    private static ConvolutionGeometry geometry(OnnxNode node, int axes) {
        node.ignore("kernel_shape"); // the weight has it
        int[] pads = integers(node, "pads", 2 * axes, 0);
        return ConvolutionGeometry.of(axes)
                .stride(integers(node, "strides", axes, 1))
                .dilation(integers(node, "dilations", axes, 1))
                .padding(Arrays.copyOf(pads, axes), Arrays.copyOfRange(pads, axes, 2 * axes))
                .groups((int) node.integer("group", 1));
    }

    private static ConvolutionGeometry mirrored(ConvolutionGeometry geometry) {
        return geometry.padding(ints(geometry.after()), ints(geometry.before()));
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(number -> number).toArray();
    }

    private static Tensor convolution(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor weight = node.x(1);
        ConvolutionGeometry geometry = geometry(node, x.rank() - 2);
        geometry =
                switch (node.text("auto_pad", "NOTSET")) {
                    case "NOTSET", "VALID" -> geometry;
                    case "SAME_UPPER" -> Convolutions.same(x, weight, geometry);
                    case "SAME_LOWER" -> mirrored(Convolutions.same(x, weight, geometry));
                    default -> throw new UnsupportedCase("auto_pad");
                };
        return Convolutions.convolve(x, weight, bias(node), geometry);
    }

    /** Where the result's extents are given, the padding is what they leave of the whole. */
    private static Tensor transposed(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor weight = node.x(1);
        int axes = x.rank() - 2;
        ConvolutionGeometry geometry = geometry(node, axes);
        int[] more = integers(node, "output_padding", axes, 0);
        int[] extents = integers(node, "output_shape", axes, 0);
        String auto = node.text("auto_pad", "NOTSET");
        if (auto.startsWith("SAME")) {
            for (int a = 0; a < axes; a++) {
                extents[a] = (int) x.dim(2 + a) * geometry.strides().get(a);
            }
        }
        if (extents[0] > 0) {
            int[] first = new int[axes];
            int[] last = new int[axes];
            for (int a = 0; a < axes; a++) {
                long whole =
                        (x.dim(2 + a) - 1) * geometry.strides().get(a)
                                + geometry.span(a, weight.dim(2 + a))
                                + more[a];
                int total = (int) whole - extents[a];
                if (total < 0) {
                    more[a] -= total;
                    total = 0;
                }
                first[a] = total / 2;
                last[a] = total - first[a];
            }
            geometry = geometry.padding(first, last);
            if (!auto.equals("SAME_UPPER")) {
                geometry = mirrored(geometry);
            }
        }
        return Convolutions.transposed(x, weight, bias(node), geometry, more);
    }
}

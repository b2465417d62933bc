package dev.weft.onnx.operator;

import dev.weft.Convolutions;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/** ONNX's convolutions, whose padding may be given by the result's extents. */
final class ConvolutionOperators {
    private ConvolutionOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("Conv", node -> List.of(convolution(node)));
        operators.put("ConvTranspose", node -> List.of(transposed(node)));
        operators.one(ModelFile.OWN + ".FoldedWeight", ConvolutionOperators::foldedWeight);
        operators.one(ModelFile.OWN + ".FoldedBias", ConvolutionOperators::foldedBias);
    }

    /** Without the padding that "auto_pad" asks for. */
    private static ConvolutionGeometry geometry(NodeCall node, int axes) {
        node.ignore("kernel_shape"); // the weight has it
        int[] pads = node.perAxis("pads", 2 * axes, 0);
        return ConvolutionGeometry.of(axes)
                .stride(node.perAxis("strides", axes, 1))
                .dilation(node.perAxis("dilations", axes, 1))
                .padding(Arrays.copyOf(pads, axes), Arrays.copyOfRange(pads, axes, 2 * axes))
                .groups((int) node.integer("group", 1));
    }

    private static ConvolutionGeometry mirrored(ConvolutionGeometry geometry) {
        return geometry.padding(ints(geometry.after()), ints(geometry.before()));
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(number -> number).toArray();
    }

    static Tensor convolution(NodeCall node) {
        return convolution(node, node.x(0), node.x(1), node.optional(2));
    }

    /** The convolution that a node describes, of these operands. */
    static Tensor convolution(NodeCall node, Tensor x, Tensor weight, @Nullable Tensor bias) {
        ConvolutionGeometry geometry = geometry(node, x.rank() - 2);
        geometry =
                switch (node.text("auto_pad", "NOTSET")) {
                    case "NOTSET", "VALID" -> geometry;
                    case "SAME_UPPER" -> Convolutions.same(x, weight, geometry);
                    case "SAME_LOWER" -> mirrored(Convolutions.same(x, weight, geometry));
                    default -> throw new UnsupportedOnnxException("auto_pad");
                };
        return Convolutions.convolve(x, weight, bias, geometry);
    }

    /** Of a convolution whose result is normalised: w times scale / √(variance + ε), by result. */
    private static Tensor foldedWeight(NodeCall node) {
        Tensor weight = node.x(0);
        long[] dims = new long[weight.rank()];
        Arrays.fill(dims, 1);
        dims[0] = weight.dim(0);
        return weight.mul(factor(node, 1, 2).reshape(dims));
    }

    /** (b - mean) scale / √(variance + ε) + shift. */
    private static Tensor foldedBias(NodeCall node) {
        Tensor mean = node.x(2);
        Tensor bias = node.optional(4);
        Tensor centred = bias == null ? mean.neg() : bias.sub(mean);
        return centred.mul(factor(node, 0, 3)).add(node.x(1));
    }

    private static Tensor factor(NodeCall node, int scale, int variance) {
        return node.x(scale).mul(node.x(variance).add(node.real("epsilon", 1e-5)).rsqrt());
    }

    /** Where the result's extents are given, the padding is what they leave of the whole. */
    private static Tensor transposed(NodeCall node) {
        Tensor x = node.x(0);
        Tensor weight = node.x(1);
        int axes = x.rank() - 2;
        ConvolutionGeometry geometry = geometry(node, axes);
        int[] more = node.perAxis("output_padding", axes, 0);
        int[] extents = node.perAxis("output_shape", axes, 0);
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
        return Convolutions.transposed(x, weight, node.optional(2), geometry, more);
    }
}

package dev.weft.nn;

import dev.weft.Convolutions;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Convolutions#transposed} of batch×inputs×extents with a weight inputs×(outputs / groups)×
 * kernel and a bias. PyTorch's ConvTranspose1d, 2d and 3d, with its names and first values.
 *
 * <pre>{@code
 * Layer twice = TransposedConvolution.convTranspose2d(32, 16, 2).stride(2);
 * }</pre>
 *
 * @param inputs channels of x
 * @param outputs channels of the result
 * @param kernel the weight's extents, at least 1
 * @param geometry of the convolution that is transposed; groups divide inputs and outputs
 * @param outputPadding how much longer the result is than the shortest that fits, on each axis
 * @param weight what fills the weight
 * @param bias what fills the bias, or null for none
 */
public record TransposedConvolution(
        int inputs,
        int outputs,
        List<Integer> kernel,
        ConvolutionGeometry geometry,
        List<Integer> outputPadding,
        Initializer weight,
        @Nullable Initializer bias)
        implements Layer {
    private static final String NAME = "ConvTranspose";

    /** Checks the numbers. */
    public TransposedConvolution {
        kernel = List.copyOf(kernel);
        outputPadding = List.copyOf(outputPadding);
        KernelExtents.check(NAME + kernel.size() + "d", inputs, outputs, kernel, geometry);
    }

    /** Along one axis. */
    public static TransposedConvolution convTranspose1d(int inputs, int outputs, int kernel) {
        return along(1, inputs, outputs, kernel);
    }

    /** Along two axes; one extent for both, or rows and columns. */
    public static TransposedConvolution convTranspose2d(int inputs, int outputs, int... kernel) {
        return along(2, inputs, outputs, kernel);
    }

    /** Along three axes; one extent for all, or one for each. */
    public static TransposedConvolution convTranspose3d(int inputs, int outputs, int... kernel) {
        return along(3, inputs, outputs, kernel);
    }

    private static TransposedConvolution along(int axes, int inputs, int outputs, int... kernel) {
        return new TransposedConvolution(
                inputs,
                outputs,
                KernelExtents.of(NAME + axes + "d", axes, kernel),
                ConvolutionGeometry.of(axes),
                List.of(),
                Initializer.pytorch(),
                Initializer.pytorch());
    }

    /** With these strides: one for each axis, or one for all. */
    public TransposedConvolution stride(int... strides) {
        return with(geometry.stride(strides));
    }

    /** With so much less at both ends: one number for each axis, or one for all. */
    public TransposedConvolution padding(int... padding) {
        return with(geometry.padding(padding));
    }

    /** With so much more at the far end: less than the stride or the dilation. */
    public TransposedConvolution outputPadding(int... more) {
        return new TransposedConvolution(
                inputs,
                outputs,
                kernel,
                geometry,
                KernelExtents.of(NAME + kernel.size() + "d", kernel.size(), more),
                weight,
                bias);
    }

    /** With these dilations: one for each axis, or one for all. */
    public TransposedConvolution dilation(int... dilations) {
        return with(geometry.dilation(dilations));
    }

    /** So many side by side, each of its own channels. */
    public TransposedConvolution groups(int groups) {
        return with(geometry.groups(groups));
    }

    /** Without a bias. */
    public TransposedConvolution withoutBias() {
        return new TransposedConvolution(
                inputs, outputs, kernel, geometry, outputPadding, weight, null);
    }

    private TransposedConvolution with(ConvolutionGeometry newGeometry) {
        return new TransposedConvolution(
                inputs, outputs, kernel, newGeometry, outputPadding, weight, bias);
    }

    @Override
    public String describe() {
        return KernelExtents.describe(NAME, inputs, outputs, kernel);
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = KernelExtents.weight(inputs, outputs / geometry.groups(), kernel);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", shape, Fans.of(shape), weight));
        if (bias != null) {
            specs.add(new ParameterSpec("bias", Shape.of(outputs), Fans.of(shape), bias));
        }
        return specs;
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkImages(describe(), x, inputs, kernel.size());
        return Convolutions.transposed(
                x,
                pass.get(this, "weight"),
                bias == null ? null : pass.get(this, "bias"),
                geometry,
                outputPadding.stream().mapToInt(Integer::intValue).toArray());
    }
}

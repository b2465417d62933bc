package dev.weft.nn;

import dev.weft.Convolutions;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Convolutions#convolve} of batch×inputs×extents with a weight outputs×(inputs / groups)×
 * kernel and a bias. PyTorch's Conv1d, Conv2d and Conv3d, with its names and first values.
 *
 * <pre>{@code
 * Layer half = Convolution.conv2d(16, 32, 3).stride(2).padding(1);
 * Layer depthwise = Convolution.conv2d(32, 32, 3).samePadding().groups(32).withoutBias();
 * }</pre>
 *
 * @param inputs channels of x
 * @param outputs channels of the result
 * @param kernel the weight's extents, at least 1
 * @param geometry stride, padding, dilation and groups, which divide inputs and outputs
 * @param same whether {@link Convolutions#same} finds the padding, in place of the geometry's
 * @param weight what fills the weight
 * @param bias what fills the bias, or null for none
 */
public record Convolution(
        int inputs,
        int outputs,
        List<Integer> kernel,
        ConvolutionGeometry geometry,
        boolean same,
        Initializer weight,
        @Nullable Initializer bias)
        implements Layer {
    private static final String NAME = "Conv";

    /** Checks the numbers. */
    public Convolution {
        kernel = List.copyOf(kernel);
        KernelExtents.check(NAME + kernel.size() + "d", inputs, outputs, kernel, geometry);
    }

    /** Along one axis. */
    public static Convolution conv1d(int inputs, int outputs, int kernel) {
        return along(1, inputs, outputs, kernel);
    }

    /** Along two axes; one extent for both, or rows and columns. */
    public static Convolution conv2d(int inputs, int outputs, int... kernel) {
        return along(2, inputs, outputs, kernel);
    }

    /** Along three axes; one extent for all, or one for each. */
    public static Convolution conv3d(int inputs, int outputs, int... kernel) {
        return along(3, inputs, outputs, kernel);
    }

    private static Convolution along(int axes, int inputs, int outputs, int... kernel) {
        return new Convolution(
                inputs,
                outputs,
                KernelExtents.of(NAME + axes + "d", axes, kernel),
                ConvolutionGeometry.of(axes),
                false,
                Initializer.pytorch(),
                Initializer.pytorch());
    }

    /** With these strides: one for each axis, or one for all. */
    public Convolution stride(int... strides) {
        return with(geometry.stride(strides), same);
    }

    /** With so many zeros on both sides: one number for each axis, or one for all. */
    public Convolution padding(int... padding) {
        return with(geometry.padding(padding), false);
    }

    /** With so many zeros before and behind each axis. */
    public Convolution padding(int[] before, int[] after) {
        return with(geometry.padding(before, after), false);
    }

    /** With as much padding as gives x's extents divided by the stride, rounded up. */
    public Convolution samePadding() {
        return with(geometry, true);
    }

    /** With these dilations: one for each axis, or one for all. */
    public Convolution dilation(int... dilations) {
        return with(geometry.dilation(dilations), same);
    }

    /** So many convolutions side by side, each of its own channels. */
    public Convolution groups(int groups) {
        return with(geometry.groups(groups), same);
    }

    /** Without a bias, as before a normalisation. */
    public Convolution withoutBias() {
        return new Convolution(inputs, outputs, kernel, geometry, same, weight, null);
    }

    /** With other first values of the weight. */
    public Convolution weight(Initializer newWeight) {
        return new Convolution(inputs, outputs, kernel, geometry, same, newWeight, bias);
    }

    private Convolution with(ConvolutionGeometry newGeometry, boolean newSame) {
        return new Convolution(inputs, outputs, kernel, newGeometry, newSame, weight, bias);
    }

    @Override
    public String describe() {
        return KernelExtents.describe(NAME, inputs, outputs, kernel);
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = KernelExtents.weight(outputs, inputs / geometry.groups(), kernel);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", shape, Fans.of(shape), weight));
        if (bias != null) {
            specs.add(new ParameterSpec("bias", Shape.of(outputs), Fans.of(shape), bias));
        }
        return specs;
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Tensor kernels = pass.get(this, "weight");
        Scales.checkImages(describe(), x, inputs, kernel.size());
        return Convolutions.convolve(
                x,
                kernels,
                bias == null ? null : pass.get(this, "bias"),
                same ? Convolutions.same(x, kernels, geometry) : geometry);
    }
}

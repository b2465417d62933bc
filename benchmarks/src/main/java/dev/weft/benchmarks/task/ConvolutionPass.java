package dev.weft.benchmarks.task;

import dev.weft.DType;

import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A convolution of square images, or one of its gradients.
 *
 * @param inputs channels of x
 * @param outputs channels of y
 * @param extent rows and columns of x
 * @param kernel rows and columns of the weight
 * @param padding zeros on each side
 */
public record ConvolutionPass(
        Pass pass,
        int batch,
        int inputs,
        int outputs,
        int extent,
        int kernel,
        int stride,
        int padding,
        int groups)
        implements Task {
    private static final int SEED = 46;

    /** The most elements of a result that are compared. */
    private static final int COMPARED = 2000;

    /** What is computed. */
    public enum Pass {
        FORWARD,
        BY_INPUT,
        BY_WEIGHT
    }

    @Override
    public String suite() {
        return "conv";
    }

    @Override
    public String family() {
        return "%s, %s"
                .formatted(isDepthwise() ? "depthwise convolutions" : "convolutions", passName());
    }

    private String passName() {
        return pass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Whether each channel has a kernel of its own. */
    public boolean isDepthwise() {
        return groups > 1 && groups == inputs;
    }

    @Override
    public String what() {
        return "conv %s, %dx%dx%dx%d, %s%d of %dx%d, stride %d"
                .formatted(
                        passName(),
                        batch,
                        inputs,
                        extent,
                        extent,
                        isDepthwise() ? "depthwise " : "",
                        outputs,
                        kernel,
                        kernel,
                        stride);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 2.0 * ySize() * inputs / groups * kernel * kernel;
    }

    @Override
    public double bytes() {
        return 4.0 * ((double) xSize() + weightSize() + ySize());
    }

    /** Rows and columns of y. */
    public int outputExtent() {
        return (extent + 2 * padding - kernel) / stride + 1;
    }

    private int xSize() {
        return batch * inputs * extent * extent;
    }

    private int weightSize() {
        return outputs * (inputs / groups) * kernel * kernel;
    }

    private int ySize() {
        return batch * outputs * outputExtent() * outputExtent();
    }

    /** batch×inputs×extent×extent. */
    public float[] x() {
        return Draws.normal(SEED, xSize());
    }

    /** outputs×inputs of a group×kernel×kernel. */
    public float[] weight() {
        return Draws.normal(SEED + 1, weightSize());
    }

    /** The gradient by y: batch×outputs×outputExtent×outputExtent. */
    public float[] dy() {
        return Draws.normal(SEED + 2, ySize());
    }

    /** Sums of products of normal numbers: to some roundoffs of what these come to at random. */
    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        int length =
                switch (pass) {
                    case FORWARD -> ySize();
                    case BY_INPUT -> xSize();
                    case BY_WEIGHT -> weightSize();
                };
        check.length(result, length);
        Sum sum = new Sum();
        IntStream compared =
                IntStream.concat(
                        IntStream.of(0, length / 2, length - 1), Draws.indices(length, COMPARED));
        compared.forEach(
                i -> {
                    sum.of(i);
                    double bound = 64 * DType.F32.roundoff() * (1 + sum.magnitude);
                    check.element(i, result[i], sum.value, bound);
                });
    }

    /** One element, in double. */
    private final class Sum {
        private final float[] x = x();
        private final float[] weight = weight();
        private final float[] dy = dy();
        private double value;
        private double magnitude;

        void of(int i) {
            value = 0;
            magnitude = 0;
            int in = inputs / groups;
            int out = outputs / groups;
            int extentY = outputExtent();
            switch (pass) {
                case FORWARD -> {
                    int o = i / extentY / extentY % outputs;
                    for (int c = 0; c < in; c++) {
                        addWindow(i / extentY / extentY / outputs, o, c, i % (extentY * extentY));
                    }
                }
                case BY_INPUT -> {
                    int channel = i / extent / extent % inputs;
                    for (int o = 0; o < out; o++) {
                        addMeetings(
                                i / extent / extent / inputs,
                                channel / in * out + o,
                                channel % in,
                                i % (extent * extent));
                    }
                }
                case BY_WEIGHT -> {
                    for (int n = 0; n < batch; n++) {
                        addPlanes(n, i / kernel / kernel / in, i);
                    }
                }
            }
        }

        private void add(int n, int o, int c, int row, int column, int k, int l) {
            int u = row * stride - padding + k;
            int v = column * stride - padding + l;
            if (u < 0 || v < 0 || u >= extent || v >= extent) {
                return;
            }
            int in = inputs / groups;
            int channel = o / (outputs / groups) * in + c;
            float fromX = x[((n * inputs + channel) * extent + u) * extent + v];
            float fromWeight = weight[((o * in + c) * kernel + k) * kernel + l];
            int extentY = outputExtent();
            float fromY = dy[((n * outputs + o) * extentY + row) * extentY + column];
            double product =
                    switch (pass) {
                        case FORWARD -> (double) fromX * fromWeight;
                        case BY_INPUT -> (double) fromY * fromWeight;
                        case BY_WEIGHT -> (double) fromX * fromY;
                    };
            value += product;
            magnitude += Math.abs(product);
        }

        private void addWindow(int n, int o, int c, int place) {
            for (int k = 0; k < kernel; k++) {
                for (int l = 0; l < kernel; l++) {
                    add(n, o, c, place / outputExtent(), place % outputExtent(), k, l);
                }
            }
        }

        private void addMeetings(int n, int o, int c, int place) {
            for (int k = 0; k < kernel; k++) {
                for (int l = 0; l < kernel; l++) {
                    int row = place / extent + padding - k;
                    int column = place % extent + padding - l;
                    boolean meets =
                            row >= 0 && column >= 0 && row % stride == 0 && column % stride == 0;
                    if (meets
                            && row / stride < outputExtent()
                            && column / stride < outputExtent()) {
                        add(n, o, c, row / stride, column / stride, k, l);
                    }
                }
            }
        }

        private void addPlanes(int n, int o, int i) {
            int in = inputs / groups;
            for (int row = 0; row < outputExtent(); row++) {
                for (int column = 0; column < outputExtent(); column++) {
                    add(
                            n,
                            o,
                            i / kernel / kernel % in,
                            row,
                            column,
                            i / kernel % kernel,
                            i % kernel);
                }
            }
        }
    }
}

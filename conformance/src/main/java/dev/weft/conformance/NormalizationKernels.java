package dev.weft.conformance;

import static dev.weft.conformance.Bound.relative;
import static dev.weft.conformance.Bound.roundoffs;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Cases of normalisation and its gradients. */
final class NormalizationKernels {
    private static final double EPS = 1e-3;

    private NormalizationKernels() {}

    /**
     * What is normalised.
     *
     * @param x its extents
     * @param statistics those of the variance
     * @param isCentred whether a mean is taken off
     * @param isScaled whether there are a weight and a bias
     */
    private record Form(Shape x, Shape statistics, boolean isCentred, boolean isScaled) {
        static Form of(boolean ofBatch, boolean isCentred, boolean isScaled, long... x) {
            Shape statistics = Shape.of(ofBatch ? 1 : x[0], x[1], 1, 1);
            return new Form(Shape.of(x), statistics, isCentred, isScaled);
        }

        Shape channels() {
            return Shape.of(1, x.dim(1), x.dim(2), 1);
        }

        /** Elements of a statistic. */
        long members() {
            return x.size() / Math.max(1, statistics.size());
        }

        /** Elements of a channel. */
        long perChannel() {
            return x.size() / channels().size();
        }

        @Override
        public String toString() {
            return "%s by %s%s%s"
                    .formatted(
                            x,
                            statistics,
                            isCentred ? "" : ", not centred",
                            isScaled ? "" : ", not scaled");
        }
    }

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        List<Form> forms = new ArrayList<>();
        for (boolean isCentred : new boolean[] {true, false}) {
            for (boolean isScaled : new boolean[] {true, false}) {
                // Rows, of one group and of several; groups of planes; batches.
                forms.add(Form.of(false, isCentred, isScaled, 5, 1, 37, 1));
                forms.add(Form.of(false, isCentred, isScaled, 3, 2, 9, 1));
                forms.add(Form.of(false, isCentred, isScaled, 2, 3, 2, 21));
                forms.add(Form.of(true, isCentred, isScaled, 3, 4, 1, 49));
            }
        }
        forms.add(Form.of(false, true, true, 150, 1, 20, 1));
        forms.add(Form.of(false, true, true, 2, 1, 5000, 1));
        forms.add(Form.of(false, true, true, 2, 2, 1, 3));
        forms.add(Form.of(false, true, true, 0, 2, 3, 1));
        forms.add(Form.of(false, true, true, 0, 2, 3, 5));
        forms.add(Form.of(true, true, true, 6, 5, 1, 1));
        forms.add(Form.of(true, true, true, 4, 2, 1, 2500));
        for (Form form : forms) {
            cases.add(forward(dtype, form));
            cases.add(gradients(dtype, form, true, true));
        }
        for (Form form : forms.subList(0, 4)) {
            cases.add(gradients(dtype, form, true, false));
            cases.add(gradients(dtype, form, false, true));
        }
        return cases;
    }

    private static View normal(Side side, DType dtype, Shape shape) {
        return side.input(
                Draws.normal(side.random(), dtype, shape.size(), 1), shape, Placement.DENSE);
    }

    private static @Nullable View scale(Side side, DType dtype, Form form) {
        return form.isScaled ? normal(side, dtype, form.channels()) : null;
    }

    private static KernelCase forward(DType dtype, Form form) {
        return new KernelCase(
                "normalize " + dtype,
                form.toString(),
                side -> {
                    // The mean is off by so much of a mean size of 1, and y by twice as much.
                    Bound bound = roundoffs(2 * Bound.roundings(form.members()) + 8);
                    forward(
                            side,
                            dtype,
                            form,
                            EPS,
                            Draws.normal(side.random(), dtype, form.x.size(), 1),
                            bound,
                            bound,
                            roundoffs(4 * Bound.roundings(form.members()) + 32));
                });
    }

    private static void forward(
            Side side,
            DType dtype,
            Form form,
            double eps,
            Values values,
            Bound ofMean,
            Bound ofVariance,
            Bound ofResult) {
        View x = side.input(values, form.x, Placement.DENSE);
        View weight = scale(side, dtype, form);
        View bias = scale(side, dtype, form);
        View y = side.output(dtype, form.x, ofResult);
        View mean = form.isCentred ? side.output(dtype, form.statistics, ofMean) : null;
        View variance = side.output(dtype, form.statistics, ofVariance);
        side.run(new KernelCall.Normalize(eps, x, weight, bias, y, mean, variance));
    }

    private static KernelCase gradients(
            DType dtype, Form form, boolean byOperand, boolean byScales) {
        return new KernelCase(
                "normalizeGrad " + dtype,
                form + (byOperand ? " by x" : "") + (byScales ? " by scales" : ""),
                side -> {
                    View x = normal(side, dtype, form.x);
                    View weight = scale(side, dtype, form);
                    View mean = form.isCentred ? normal(side, dtype, form.statistics) : null;
                    Values variances =
                            Draws.uniform(side.random(), dtype, form.statistics.size(), 0.5, 2);
                    View variance = side.input(variances, form.statistics, Placement.DENSE);
                    View dy = normal(side, dtype, form.x);
                    Bound ofOperand = roundoffs(16 * (Bound.roundings(form.members()) + 8));
                    // Of products whose mean size is about 1.
                    double n = (double) form.perChannel();
                    Bound ofScale = roundoffs(2 * (Bound.roundings(form.perChannel()) + 8) * n);
                    View dx = byOperand ? side.output(dtype, form.x, ofOperand) : null;
                    View dWeight = byScales ? side.output(dtype, form.channels(), ofScale) : null;
                    View dBias = byScales ? side.output(dtype, form.channels(), ofScale) : null;
                    side.run(
                            new KernelCall.NormalizeGrad(
                                    EPS, x, weight, mean, variance, dy, dx, dWeight, dBias));
                });
    }

    // ---- long sums

    /** Of equal elements, so that roundings of sums do not cancel. */
    static List<KernelCase> longSums(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        Form row = Form.of(false, true, false, 1, 1, 150_001, 1);
        Form planes = Form.of(false, true, false, 1, 2, 3, 40_001);
        Form batch = Form.of(true, true, false, 300, 2, 1, 301);
        for (Form form : List.of(row, planes, batch)) {
            cases.add(longForward(dtype, form));
            Form square = new Form(form.x, form.statistics, false, false);
            cases.add(longForward(dtype, square));
        }
        Form rows = Form.of(false, true, false, 60_013, 1, 5, 1);
        Form narrow = Form.of(false, true, false, 40_001, 1, 2, 3);
        for (Form form : List.of(rows, narrow, planes, batch)) {
            cases.add(longGradients(dtype, form));
        }
        return cases;
    }

    private static KernelCase longForward(DType dtype, Form form) {
        return new KernelCase(
                "long normalize " + dtype,
                form.toString(),
                side -> {
                    Values values = LongSums.constant(side, dtype, form.x.size());
                    double n = Bound.roundings(form.members()) + 1;
                    // Around a mean that is off by so little the variance is next to nothing.
                    Bound ofVariance = form.isCentred ? roundoffs(1) : relative(n + 1);
                    forward(
                            side,
                            dtype,
                            form,
                            1,
                            values,
                            relative(n),
                            ofVariance,
                            form.isCentred ? roundoffs(n) : relative(n + 8));
                });
    }

    private static KernelCase longGradients(DType dtype, Form form) {
        return new KernelCase(
                "long normalizeGrad " + dtype,
                form.toString(),
                side -> {
                    Values values = LongSums.constant(side, dtype, form.x.size());
                    Values ones = Values.of(dtype, 1).cycled((int) form.statistics.size());
                    Values zeros = Values.zeros(dtype, form.statistics.size());
                    View x = side.input(values, form.x, Placement.DENSE);
                    View mean = side.input(zeros, form.statistics, Placement.DENSE);
                    View variance = side.input(ones, form.statistics, Placement.DENSE);
                    View dy = side.input(values, form.x, Placement.DENSE);
                    Bound ofScale = relative(Bound.roundings(form.perChannel()) + 4);
                    Bound ofOperand = roundoffs(Bound.roundings(form.members()) + 8);
                    View dx = side.output(dtype, form.x, ofOperand);
                    View dWeight = side.output(dtype, form.channels(), ofScale);
                    View dBias = side.output(dtype, form.channels(), ofScale);
                    side.run(
                            new KernelCall.NormalizeGrad(
                                    0, x, null, mean, variance, dy, dx, dWeight, dBias));
                });
    }
}

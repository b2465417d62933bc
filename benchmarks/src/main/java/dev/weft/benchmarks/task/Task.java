package dev.weft.benchmarks.task;

import dev.weft.DType;

/**
 * One piece of work and its data, which every library does in its own way. A task is a value: its
 * data are drawn anew, and equal, whenever they are asked for.
 */
public sealed interface Task
        permits Gemm,
                BatchedGemm,
                ConvolutionPass,
                LayerPass,
                DenseLayer,
                Elementwise,
                Operation,
                ArrayOperation,
                Softmax,
                Reduction,
                CrossEntropy,
                SquaredError,
                Update,
                TrainingStep,
                CapturedStep,
                NetworkStep,
                Epoch {
    /** The suite that it belongs to, in lower case. */
    String suite();

    /** What belongs in one chart or table. */
    String family();

    /** The work, unique within a run. */
    String what();

    /** The position along a chart's axis; NaN where there is none. */
    double size();

    /** Floating-point operations, 0 where they are not what counts. */
    double flops();

    /** Bytes that have to be read and written at least, 0 where not counted. */
    double bytes();

    /** The type of what is floating in it. */
    default DType dtype() {
        return DType.F32;
    }

    /** How often the work is done before its result is checked: updates have a state. */
    default int runsBeforeCheck() {
        return 1;
    }

    /**
     * Compares a result with one in double.
     *
     * @throws IllegalStateException naming the library, the task and the element, where one is off
     */
    void check(String library, double[] result);

    /**
     * How far a result is off at most, in roundoffs of its type times what its summands come to
     * without their signs; NaN where that is not what a task is about.
     */
    default double error(double[] result) {
        return Double.NaN;
    }

    /** A name, with the type behind it where that is not F32. */
    static String named(String name, DType dtype) {
        return dtype == DType.F32 ? name : name + ", " + dtype;
    }
}

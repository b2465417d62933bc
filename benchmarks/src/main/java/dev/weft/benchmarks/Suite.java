package dev.weft.benchmarks;

import dev.weft.DType;
import dev.weft.benchmarks.task.ArrayOperation;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.CapturedStep;
import dev.weft.benchmarks.task.CrossEntropy;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Elementwise.Function;
import dev.weft.benchmarks.task.Epoch;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.NetworkStep;
import dev.weft.benchmarks.task.Operation;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Reduction.Kind;
import dev.weft.benchmarks.task.Softmax;
import dev.weft.benchmarks.task.SquaredError;
import dev.weft.benchmarks.task.Task;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.benchmarks.task.Update;
import dev.weft.optim.OptimizerKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What can be measured: which tasks, in which sizes. */
public enum Suite {
    GEMM,
    DENSE,
    CONV,
    LAYERS,
    KERNELS,
    OPS,
    TRAINING,
    STARTUP,
    LAUNCHES,
    DATA,
    ALL;

    /** How many of the tasks, and how large. */
    enum Extent {
        /** Every kind of task at sizes that take no time. */
        QUICK,
        /** A choice that takes some minutes. */
        USUAL,
        FULL
    }

    private static final int ROW = 1024;

    /** Of the elementary functions, which are all measured alike, few show that they run. */
    private static final int EVERY = 6;

    private static final int UPDATED = 10_000_000;

    /** Larger than caches, multiples of 1024. */
    private static final int IN_MEMORY = 1 << 24;

    private static final int IN_GPU_MEMORY = 97_657 << 10;

    private static final int[] TRANSPOSED = {256, 512, 1024, 2048};

    /** The first layer's product at batch 64 in every transposition, the others of such a step. */
    private static final List<String> LAYER_SHAPES =
            List.of(
                    "64x128x784 NN",
                    "64x128x784 NT",
                    "64x128x784 TN",
                    "64x128x784 TT",
                    "128x784x64 TN",
                    "784x128x64 TN",
                    "784x128x64 NN",
                    "64x10x128 NT",
                    "64x10x128 NN",
                    "10x128x64 TN",
                    "64x128x10 NN",
                    "1x128x784 NT",
                    "1x128x784 NN",
                    "1000x1000x10 NN");

    private static final String LAYER_PRODUCTS = "gemm, layers";
    private static final String ODD = "gemm, odd sizes";
    private static final String MEMORY = "memory";
    private static final String ACTIVATIONS = "activations, 1 M";
    private static final String SUMS = "long sums";
    private static final String REDUCTIONS = "reductions, 1 M";

    /** From where on the types of 2 bytes are compared with F32 where there is a choice. */
    private static final int LARGE = 512;

    /** The types that tasks can have. */
    static final List<DType> TYPES =
            Arrays.stream(DType.values()).filter(DType::isFloating).toList();

    /** Its name on the command line and in figures. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The task of this name, of any suite.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static Task task(String what) {
        return Stream.of(Extent.FULL, Extent.QUICK)
                .flatMap(extent -> ALL.tasks(extent, true, TYPES).stream())
                .filter(task -> task.what().equals(what))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no task '" + what + "'"));
    }

    boolean includes(Suite part) {
        return this == ALL || this == part;
    }

    /**
     * Its tasks.
     *
     * @param gpu whether for a GPU, on which other sizes matter
     * @param dtypes whose tasks: F32 has all, the others those in which a type makes a difference
     */
    List<Task> tasks(Extent extent, boolean gpu, List<DType> dtypes) {
        List<Task> tasks = new ArrayList<>();
        for (DType dtype : dtypes) {
            switch (dtype) {
                case F32 -> addSingle(tasks, extent, gpu);
                case F64 -> addDouble(tasks, extent, gpu);
                case F16, BF16 -> addHalf(tasks, dtype, extent, gpu);
                case I64, I32, U8, I8, BOOL -> {
                    // Nothing is measured of integers.
                }
            }
        }
        return tasks;
    }

    private void addSingle(List<Task> tasks, Extent extent, boolean gpu) {
        if (includes(GEMM)) {
            tasks.addAll(gemm(DType.F32, extent, gpu));
            if (extent != Extent.USUAL) {
                addBatches(tasks, extent);
            }
        }
        if (includes(DENSE)) {
            tasks.addAll(dense(extent));
        }
        if (includes(CONV)) {
            tasks.addAll(ConvolutionTasks.of(extent));
        }
        if (includes(LAYERS)) {
            tasks.addAll(LayerTasks.of(extent));
        }
        if (includes(KERNELS)) {
            addKernels(tasks, DType.F32, extent);
            addMoreKernels(tasks, extent, gpu);
        }
        if (includes(OPS)) {
            addOperations(tasks, DType.F32, extent);
            addArrayOperations(tasks, rows(extent));
        }
        if (includes(TRAINING)) {
            tasks.addAll(training(extent, gpu));
        }
    }

    private void addDouble(List<Task> tasks, Extent extent, boolean gpu) {
        if (includes(GEMM)) {
            tasks.addAll(gemm(DType.F64, extent, gpu));
        }
        if (includes(KERNELS)) {
            addKernels(tasks, DType.F64, extent);
        }
        if (includes(OPS)) {
            addOperations(tasks, DType.F64, extent);
        }
    }

    private void addHalf(List<Task> tasks, DType dtype, Extent extent, boolean gpu) {
        if (includes(GEMM)) {
            gemm(dtype, extent, gpu).stream()
                    .filter(task -> extent != Extent.USUAL || task.size() >= LARGE)
                    .forEach(tasks::add);
        }
    }

    private static List<Task> gemm(DType dtype, Extent extent, boolean gpu) {
        List<Task> tasks = new ArrayList<>();
        Set<Integer> usual =
                gpu ? Set.of(128, 256, 512, 1024, 2048, 4096) : Set.of(128, 256, 512, 1024, 2048);
        for (int n : new int[] {32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 4096}) {
            boolean fits = extent != Extent.QUICK || n <= 128;
            if (fits && (extent != Extent.USUAL || usual.contains(n))) {
                tasks.add(Gemm.square(dtype, n, false, false));
            }
        }
        if (extent != Extent.USUAL) {
            for (boolean transA : new boolean[] {false, true}) {
                for (boolean transB : new boolean[] {false, true}) {
                    for (int n : extent == Extent.QUICK ? new int[] {64} : TRANSPOSED) {
                        if (transA || transB) {
                            tasks.add(Gemm.square(dtype, n, transA, transB));
                        }
                    }
                }
            }
        }
        if (dtype == DType.F32 || extent == Extent.FULL) {
            for (String shape : LAYER_SHAPES) {
                tasks.add(Gemm.of(LAYER_PRODUCTS, dtype, shape));
            }
        }
        if (extent != Extent.USUAL) {
            for (int n : new int[] {31, 127, 129, 255, 257, 511, 513, 1021}) {
                if (n < 128 || extent == Extent.FULL) {
                    tasks.add(Gemm.of(ODD, dtype, "%dx%dx%d NN".formatted(n, n, n)));
                }
            }
            tasks.add(Gemm.of(ODD, dtype, "97x101x103 NT"));
        }
        return tasks;
    }

    private static void addBatches(List<Task> tasks, Extent extent) {
        boolean full = extent == Extent.FULL;
        tasks.add(new BatchedGemm(full ? 64 : 4, 64));
        tasks.add(new BatchedGemm(full ? 16 : 2, 128));
        tasks.add(new BatchedGemm(full ? 256 : 8, 32));
    }

    private static List<Task> dense(Extent extent) {
        return extent == Extent.QUICK
                ? List.of(new DenseLayer(16, 32, 64))
                : List.of(
                        new DenseLayer(64, 128, 784),
                        new DenseLayer(512, 128, 784),
                        new DenseLayer(64, 1024, 1024),
                        new DenseLayer(512, 512, 512));
    }

    private static int rows(Extent extent) {
        return extent == Extent.QUICK ? 16 : 1024;
    }

    private static void addKernels(List<Task> tasks, DType dtype, Extent extent) {
        int rows = rows(extent);
        for (Function function : Function.values()) {
            if (function != Function.COPY) {
                tasks.add(new Elementwise(ACTIVATIONS, dtype, function, rows * ROW));
            }
        }
        tasks.add(new Softmax(ACTIVATIONS, dtype, false, rows, ROW));
        tasks.add(new Softmax(ACTIVATIONS, dtype, true, rows, ROW));
        for (Kind kind : List.of(Kind.SUM, Kind.MEAN, Kind.MAX, Kind.ARGMAX)) {
            tasks.add(new Reduction(REDUCTIONS, dtype, kind, rows, ROW));
        }
    }

    private static void addOperations(List<Task> tasks, DType dtype, Extent extent) {
        Operation.Function[] functions = Operation.Function.values();
        for (int i = 0; i < functions.length; i += extent == Extent.QUICK ? EVERY : 1) {
            tasks.add(new Operation(dtype, functions[i], rows(extent) * ROW));
        }
    }

    private static void addArrayOperations(List<Task> tasks, int rows) {
        for (ArrayOperation.Kind kind : ArrayOperation.Kind.values()) {
            switch (kind) {
                case CUMSUM, SORT, ARGSORT, TOPK -> {
                    tasks.add(new ArrayOperation(kind, 1, rows * ROW));
                    tasks.add(new ArrayOperation(kind, rows, ROW));
                }
                case INDEX_SELECT -> tasks.add(new ArrayOperation(kind, 16 * rows, 64));
                case GATHER, SCATTER_ADD, WHERE, MASKED_FILL, MASKED_SELECT ->
                        tasks.add(new ArrayOperation(kind, rows, ROW));
                case CDIST -> tasks.add(new ArrayOperation(kind, 2 * rows, 64));
                case EINSUM ->
                        tasks.add(new ArrayOperation(kind, rows / 2, ArrayOperation.HEAD_SIZE));
                case SMALL_ADD -> tasks.add(new ArrayOperation(kind, 1, 16));
            }
        }
    }

    private static void addMoreKernels(List<Task> tasks, Extent extent, boolean gpu) {
        int rows = rows(extent);
        boolean quick = extent == Extent.QUICK;
        int over = quick ? 10_000 : 1_000_000;
        tasks.add(new Reduction(SUMS, DType.F32, Kind.MEAN_OVER_ROWS, over, 64));
        int ones = quick ? 70_000 : 70_000_000;
        tasks.add(new Reduction(SUMS, DType.F32, Kind.ONES_OVER_ROWS, ones, 1));
        tasks.add(new CrossEntropy(rows, 1000));
        tasks.add(new CrossEntropy(64, 10));
        tasks.add(new SquaredError(rows * ROW));
        updates(tasks, extent == Extent.QUICK ? 10_000 : UPDATED);
        if (extent != Extent.USUAL || gpu) {
            memory(tasks, extent == Extent.QUICK ? 1 << 16 : gpu ? IN_GPU_MEMORY : IN_MEMORY);
        }
    }

    private static void updates(List<Task> tasks, int elements) {
        String family = "updates, 10 M";
        tasks.add(new Update(family, "SGD", OptimizerKind.SGD, elements));
        tasks.add(new Update(family, "SGD with momentum", OptimizerKind.MOMENTUM, elements));
        tasks.add(new Update(family, "Adam", OptimizerKind.ADAM, elements));
        tasks.add(new Update(family, "AdamW", OptimizerKind.ADAMW, elements));
        tasks.add(new Update(family, "RMSprop", OptimizerKind.RMSPROP, elements));
    }

    /** On arrays larger than caches. */
    private static void memory(List<Task> tasks, int elements) {
        for (Function function :
                List.of(Function.COPY, Function.RELU, Function.EXP, Function.TANH)) {
            tasks.add(new Elementwise(MEMORY, DType.F32, function, elements));
        }
        tasks.add(new Reduction(MEMORY, DType.F32, Kind.SUM, elements / ROW, ROW));
        tasks.add(new Softmax(MEMORY, DType.F32, false, elements / ROW, ROW));
        tasks.add(new Update(MEMORY, "axpy (SGD's update)", OptimizerKind.SGD, elements));
        tasks.add(new Update(MEMORY, "Adam's update", OptimizerKind.ADAM, elements));
    }

    private static List<Task> training(Extent extent, boolean gpu) {
        if (extent == Extent.QUICK) {
            return List.of(
                    new TrainingStep(8, OptimizerKind.SGD),
                    new TrainingStep(8, OptimizerKind.ADAM),
                    new CapturedStep(8),
                    new Epoch(256, 64),
                    new NetworkStep(new NetworkStep.SmallCnn(8), 4),
                    new NetworkStep(new NetworkStep.Gpt2(11, 8, 16, 2, 1), 2));
        }
        List<Task> tasks = new ArrayList<>();
        int[] batches =
                extent == Extent.FULL
                        ? new int[] {1, 32, 64, 128, 512}
                        : gpu ? new int[] {1, 64, 128, 512} : new int[] {1, 64, 512};
        for (int batch : batches) {
            tasks.add(new TrainingStep(batch, OptimizerKind.SGD));
        }
        if (extent == Extent.FULL || gpu) {
            for (int batch : batches) {
                tasks.add(new CapturedStep(batch));
            }
        }
        if (extent == Extent.FULL) {
            for (int batch : batches) {
                tasks.add(new TrainingStep(batch, OptimizerKind.ADAM));
            }
            tasks.add(new Epoch(10_000, 64));
        }
        tasks.add(new NetworkStep(new NetworkStep.SmallCnn(28), 64));
        tasks.add(new NetworkStep(new NetworkStep.Gpt2(80, 128, 128, 4, 4), 16));
        return tasks;
    }
}

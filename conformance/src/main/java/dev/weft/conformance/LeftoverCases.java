package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Activations;
import dev.weft.Comparisons;
import dev.weft.Counting;
import dev.weft.Creation;
import dev.weft.CrossEntropyOptions;
import dev.weft.Cumulative;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Diagonals;
import dev.weft.Distances;
import dev.weft.DropoutState;
import dev.weft.Einsum;
import dev.weft.Elementwise;
import dev.weft.EmbeddingLosses;
import dev.weft.Indexing;
import dev.weft.Layout;
import dev.weft.LinearAlgebra;
import dev.weft.Logic;
import dev.weft.Losses;
import dev.weft.Norms;
import dev.weft.Padding;
import dev.weft.PoolWindow;
import dev.weft.Pooled;
import dev.weft.Pooling;
import dev.weft.Products;
import dev.weft.Reduction;
import dev.weft.Reductions;
import dev.weft.Resizing;
import dev.weft.Shape;
import dev.weft.Shapes;
import dev.weft.Sorted;
import dev.weft.Sorting;
import dev.weft.Statistics;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every public operation, without a scope: when its result is closed, nothing is left of it,
 * whether it succeeds or fails at any of its allocations, transfers or kernels, on the way forward
 * or back.
 */
final class LeftoverCases {
    /** What makes no tensor and does no work. */
    private static final Set<String> ACCESSORS =
            Set.of(
                    "shape()",
                    "shape(Tensor, Tensor)",
                    "dim(int)",
                    "rank()",
                    "size()",
                    "dtype()",
                    "device()",
                    "named(String)",
                    "ownedWith(Tensor)",
                    "view()",
                    "viewToWrite()",
                    "lastWrite()",
                    "isClosed()",
                    "isContiguous()",
                    "close()",
                    "describe()",
                    "formatTo(Formatter, int, int, int)",
                    "info()",
                    "backend()",
                    "memory()",
                    "writes()",
                    "recording()",
                    "isCapturing()",
                    "adopt()",
                    "random(long)",
                    "block()");

    /**
     * Of a device: what has no result, or is tested by {@link CaptureCases} and by core's tests.
     */
    private static final Set<String> ELSEWHERE =
            Set.of(
                    "scope()",
                    "outsideScopes(Supplier)",
                    "record(Recorder)",
                    "capture(Runnable)",
                    "capture(Runnable, Capture)",
                    "trace(Appendable)",
                    "beforeReplay(Runnable)",
                    "observe(Consumer, Runnable)",
                    "gemmPrecision(GemmPrecision)",
                    "trim()",
                    "synchronize()",
                    "share()");

    final Device device;
    final Tensor x;
    final Tensor positive;
    final Tensor vector;
    final Tensor target;
    final Tensor truths;
    final Tensor labels;
    final Tensor ids;
    private final Tensor integers;
    private final DropoutState dropout;
    private final Map<String, Operation> operations = new LinkedHashMap<>();

    private LeftoverCases(Device device, DType dtype) {
        this.device = device;
        x = device.tensor(dtype, new double[] {0.3, -1, 2, 0.5, -0.1, 1, 0.7, 3, -2}, 3, 3);
        positive =
                device.tensor(
                        dtype, new double[] {0.2, 0.3, 0.5, 0.1, 0.1, 0.8, 0.6, 0.3, 0.1}, 3, 3);
        vector = device.tensor(dtype, new double[] {1, 9, 2, 9, 3, 9}).slice(0, 0, 6, 2);
        target = device.tensor(dtype, new double[] {0, 1, 0, 1, 0, 0, 0, 0, 1}, 3, 3);
        truths = device.tensor(new boolean[] {true, false, true}).reshape(3, 1);
        labels = device.tensor(new int[] {2, 0, 1});
        ids = device.tensor(new long[] {2, 0, 1});
        integers = device.tensor(new int[] {7, 8, 9});
        dropout = new DropoutState(device, 1);
        elementwise();
        others();
        families();
        losses();
        factories();
        CompositeLeftovers.addTo(operations);
    }

    private void put(String signature, Operation operation) {
        operations.put(signature, operation);
    }

    /** Methods of a tensor alone, with another one, and with numbers: its elementwise functions. */
    private void elementwise() {
        for (Method method : Tensor.class.getDeclaredMethods()) {
            if (!Modifier.isPublic(method.getModifiers())
                    || method.getReturnType() != Tensor.class) {
                continue;
            }
            String signature = signature(method);
            switch (signature.substring(method.getName().length())) {
                case "()" -> put(signature, c -> invoke(method, c.positive));
                case "(Tensor)" -> put(signature, c -> invoke(method, c.x, c.positive));
                case "(double)" -> put(signature, c -> invoke(method, c.x, 2));
                default -> {}
            }
        }
        put("clamp(double, double)", c -> c.x.clamp(-1, 1));
        put("any(int[])", c -> c.truths.any(0));
        put("all(int[])", c -> c.x.all());
        put("to(DType)", c -> c.x.to(DType.I32));
        put("where(Tensor, Tensor)", c -> c.truths.where(c.x, c.vector));
    }

    private static Tensor invoke(Method method, @Nullable Object receiver, Object... operands) {
        try {
            return (Tensor) method.invoke(receiver, operands);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private void others() {
        put("toFloatArray()", c -> none(c.x.transpose().toFloatArray()));
        put("toDoubleArray()", c -> none(c.x.transpose().toDoubleArray()));
        put("toLongArray()", c -> none(c.integers.slice(0, 0, 3, 2).toLongArray()));
        put("toBooleanArray()", c -> none(c.truths.transpose().toBooleanArray()));
        put("toIntArray()", c -> none(c.integers.slice(0, 0, 3, 2).toIntArray()));
        put("download(MemorySegment)", c -> none(download(c.x.transpose())));
        put("item()", c -> none(c.x.slice(0, 0, 1).slice(1, 0, 1).item()));
        put(
                "assign(Tensor)",
                c -> {
                    c.integers.slice(0, 0, 2).assign(c.integers.slice(0, 1, 3));
                    return null;
                });
        put("reshape(long[])", c -> c.x.reshape(9));
        put("transpose()", c -> c.x.transpose());
        put("transpose(int, int)", c -> c.x.transpose(0, 1));
        put("permute(int[])", c -> c.x.permute(1, 0));
        put("slice(int, long, long)", c -> c.x.slice(0, 1, 2));
        put("slice(int, long, long, long)", c -> c.x.slice(0, 0, 3, 2));
        put("expand(long[])", c -> c.x.expand(2, 3, 3));
        put("contiguous()", c -> c.x.transpose().contiguous());
        put("copy()", c -> c.x.copy());
        put(
                "custom(String, List, Supplier, Backward)",
                c ->
                        c.device.custom(
                                "cube",
                                List.of(c.x),
                                () -> c.x.mul(c.x).mul(c.x),
                                dy -> List.of(dy.mul(c.x.square()).mul(3))));
        put("detach()", c -> c.x.detach());
        put("matmul(Tensor)", c -> c.vector.matmul(c.x));
        put("linear(Tensor, Tensor, Activation)", c -> c.linear(c.x));
        put("sum(int[])", c -> c.x.sum(0));
        put("mean(int[])", c -> c.x.mean());
        put("max(int[])", c -> c.x.max(1));
        put("min(int[])", c -> c.x.min());
        put("reduce(ReduceOp, boolean, int[])", c -> c.x.reduce(ReduceOp.MEAN, true, 0));
        put("argmax(int)", c -> c.x.argmax(0));
        put("argmin(int)", c -> c.x.argmin(0));
        put("indexSelect(int, Tensor)", c -> c.x.indexSelect(1, c.labels));
        put("maskedSelect(Tensor)", c -> c.x.maskedSelect(c.truths));
        put("sort(int, boolean)", c -> none(closed(c.x.sort(0, true))));
        put("argsort(int, boolean)", c -> c.x.argsort(1, false));
        put("topk(long, int, boolean)", c -> none(closed(c.x.topk(2, 1, true))));
        put("median(int)", c -> c.x.median(0));
        put("quantile(double, int)", c -> c.x.quantile(0.3, 1));
        put("cumsum(int)", c -> c.x.cumsum(0));
        put("cumprod(int)", c -> c.x.cumprod(1));
        put("prod(int[])", c -> c.x.prod(0));
        put(
                "max(Tensor, PoolWindow)",
                c -> {
                    Pooled pooled = Pooling.max(c.x, PoolWindow.of(2));
                    pooled.values().close();
                    pooled.indices().close();
                    return null;
                });
        put(
                "average(Tensor, PoolWindow, boolean)",
                c -> Pooling.average(c.x, PoolWindow.of(2, 2), true));
        put("adaptiveAverage(Tensor, long[])", c -> Pooling.adaptiveAverage(c.x, 2));
        put("globalAverage(Tensor, int)", c -> Pooling.globalAverage(c.x, 2));
        put("globalMax(Tensor, int)", c -> Pooling.globalMax(c.x, 1));
        put(
                "resize(Tensor, Mode, boolean, long[])",
                c -> Resizing.resize(c.x, Resizing.Mode.LINEAR, true, 5));
        put("softmax(int)", c -> c.x.softmax(0));
        put("logSoftmax(int)", c -> c.x.logSoftmax(-1));
        put("concat(int, Tensor[])", c -> Tensor.concat(0, c.x, c.positive));
        put("gather(Tensor)", c -> c.x.gather(c.labels));
        put("pick(Tensor)", c -> c.x.pick(c.labels));
        put("takeAlong(int, Tensor)", c -> c.x.takeAlong(0, c.labels.reshape(1, 3)));
        put(
                "scatter(int, Tensor, Tensor)",
                c -> c.x.scatter(1, c.labels.reshape(3, 1), c.positive.slice(1, 0, 1)));
        put(
                "scatterAdd(int, Tensor, Tensor)",
                c -> c.x.scatterAdd(1, c.labels.reshape(3, 1), c.positive.slice(1, 0, 1)));
        put(
                "restore(long, long)",
                c -> {
                    c.dropout.restore(2, 3);
                    return null;
                });
        put("apply(Tensor, double)", c -> c.dropout.apply(c.x, 0.5));
    }

    /** What tensors' methods call, and what these leave out. */
    private void families() {
        put(
                "unary(UnaryOp, double, double, Tensor)",
                c -> Elementwise.unary(UnaryOp.ELU, 0.5, 0, c.x));
        put(
                "binary(BinaryOp, Tensor, Tensor)",
                c -> Elementwise.binary(BinaryOp.DIV, c.x, c.positive));
        put("binary(BinaryOp, Tensor, double)", c -> Elementwise.binary(BinaryOp.MAX, c.x, 0.5));
        put(
                "compare(CompareOp, Tensor, Tensor)",
                c -> Elementwise.compare(CompareOp.LESS, c.x, c.vector));
        put("where(Tensor, Tensor, Tensor)", c -> Elementwise.where(c.truths, c.x, c.vector));
        put("clamp(Tensor, double, double)", c -> Elementwise.clamp(c.x, -1, 1));
        put("isNan(Tensor)", c -> Logic.isNan(c.x));
        put("isInf(Tensor)", c -> Logic.isInf(c.x));
        put("isFinite(Tensor)", c -> Logic.isFinite(c.x));
        put("and(Tensor, Tensor)", c -> Logic.and(c.x, c.truths));
        put("or(Tensor, Tensor)", c -> Logic.or(c.x, c.truths));
        put("xor(Tensor, Tensor)", c -> Logic.xor(c.x, c.truths));
        put("not(Tensor)", c -> Logic.not(c.truths));
        put("any(Tensor, int[])", c -> Logic.any(c.truths, 0));
        put("all(Tensor, int[])", c -> Logic.all(c.x));
        put("relu6(Tensor)", c -> Activations.relu6(c.x));
        put("hardtanh(Tensor, double, double)", c -> Activations.hardtanh(c.x, -1, 1));
        put("hardshrink(Tensor, double)", c -> Activations.hardshrink(c.x, 0.4));
        put("softshrink(Tensor, double)", c -> Activations.softshrink(c.x, 0.4));
        put("tanhshrink(Tensor)", c -> Activations.tanhshrink(c.x));
        put("threshold(Tensor, double, double)", c -> Activations.threshold(c.x, 0.4, -3));
        put("quickGelu(Tensor)", c -> Activations.quickGelu(c.x));
        put("glu(Tensor, int)", c -> Activations.glu(c.x.slice(1, 0, 2), 1));
        put("prelu(Tensor, Tensor)", c -> Activations.prelu(c.x, c.vector));
        put("matmul(Tensor, Tensor)", c -> Products.matmul(c.x, c.vector));
        put("multiply(Tensor, Tensor, View)", LeftoverCases::multiply);
        put(
                "linear(Tensor, Tensor, Tensor, Activation)",
                c -> Products.linear(c.x, c.positive, null, Activation.RELU));
        put(
                "reduce(ReduceOp, Tensor, boolean, int[])",
                c -> Reductions.reduce(ReduceOp.MAX, c.x, true, 0));
        put("argmax(Tensor, int)", c -> Reductions.argmax(c.x, 0));
        put("indexSelect(Tensor, int, Tensor)", c -> Indexing.indexSelect(c.x, 1, c.ids));
        put("maskedSelect(Tensor, Tensor)", c -> Indexing.maskedSelect(c.x, c.truths));
        put("nonZero(Tensor)", c -> Indexing.nonZero(c.x));
        put(
                "unique(Tensor)",
                c -> {
                    Counting.Unique unique = Counting.unique(c.x);
                    unique.values().close();
                    unique.inverse().close();
                    unique.counts().close();
                    return none(unique);
                });
        put("bincount(Tensor, int)", c -> Counting.bincount(c.labels, 5));
        put("bincount(Tensor, Tensor, int)", c -> Counting.bincount(c.labels, c.vector, 5));
        put("histogram(Tensor, int, double, double)", c -> Counting.histogram(c.x, 4, -2, 3));
        put("sort(Tensor, int, boolean)", c -> none(closed(Sorting.sort(c.x, 0, true))));
        put("argsort(Tensor, int, boolean)", c -> Sorting.argsort(c.x, 1, false));
        put("topk(Tensor, long, int, boolean)", c -> none(closed(Sorting.topk(c.x, 2, 1, false))));
        put("median(Tensor, int)", c -> Sorting.median(c.x, 0));
        put(
                "quantile(Tensor, double, int, Interpolation)",
                c -> Sorting.quantile(c.x, 0.3, 1, Sorting.Interpolation.MIDPOINT));
        put(
                "scan(ReduceOp, Tensor, int, boolean)",
                c -> Reductions.scan(ReduceOp.PROD, c.x, 0, true));
        put("argmin(Tensor, int)", c -> Reductions.argmin(c.x, 0));
        put("softmax(Tensor, int)", c -> Reductions.softmax(c.x, 0));
        put("logSoftmax(Tensor, int)", c -> Reductions.logSoftmax(c.x, 0));
        put("gather(Tensor, Tensor)", c -> Indexing.gather(c.x, c.ids));
        put("pick(Tensor, Tensor)", c -> Indexing.pick(c.x, c.ids));
        put("takeAlong(Tensor, int, Tensor)", c -> Indexing.takeAlong(c.x, 1, c.ids.reshape(3, 1)));
        put(
                "scatter(Tensor, int, Tensor, Tensor)",
                c -> Indexing.scatter(c.x, 0, c.ids.reshape(1, 3), c.positive.slice(0, 0, 1)));
        put(
                "scatterAdd(Tensor, int, Tensor, Tensor)",
                c -> Indexing.scatterAdd(c.x, 0, c.ids.reshape(1, 3), c.positive.slice(0, 0, 1)));
        put("reshape(Tensor, long[])", c -> Layout.reshape(c.x, 9));
        put("transpose(Tensor, int, int)", c -> Layout.transpose(c.x, 0, 1));
        put("permute(Tensor, int[])", c -> Layout.permute(c.x, 1, 0));
        put("slice(Tensor, int, long, long, long)", c -> Layout.slice(c.x, 0, 0, 3, 2));
        put("expand(Tensor, Shape)", c -> Layout.expand(c.x, Shape.of(2, 3, 3)));
        put("copy(Tensor)", c -> Layout.copy(c.x));
        put("convert(Tensor, DType)", c -> Layout.convert(c.x, DType.F64));
    }

    private Tensor linear(Tensor weight) {
        return positive.linear(weight.slice(1, 0, 3), vector.detach(), Activation.TANH);
    }

    /** Of logits that are probabilities too. */
    private void losses() {
        for (Method loss : Losses.class.getDeclaredMethods()) {
            boolean isOne = Modifier.isPublic(loss.getModifiers());
            if (!isOne || loss.getName().equals("weightedMean")) {
                continue;
            }
            for (Reduction reduction : Reduction.values()) {
                put(
                        signature(loss) + (reduction == Reduction.MEAN ? "" : " " + reduction),
                        c -> invoke(loss, null, c.operands(loss, reduction)));
            }
        }
        put("crossEntropy(Tensor, Tensor) by label", c -> Losses.crossEntropy(c.x, c.labels));
        put(
                "crossEntropy(Tensor, Tensor, CrossEntropyOptions, Reduction) by label",
                c -> Losses.crossEntropy(c.x, c.labels, c.options(), Reduction.MEAN));
        put("weightedMean(Tensor, Tensor)", c -> Losses.weightedMean(c.positive, c.vector));
        put(
                "cosineEmbedding(Tensor, Tensor, Tensor, double, Reduction)",
                c -> EmbeddingLosses.cosineEmbedding(c.x, c.target, c.labels, 0.5, Reduction.MEAN));
        put(
                "infoNce(Tensor, Tensor, double, Reduction)",
                c -> EmbeddingLosses.infoNce(c.x, c.positive, 0.5, Reduction.MEAN));
        put(
                "ntXent(Tensor, double)",
                c ->
                        c.device.compute(
                                () ->
                                        EmbeddingLosses.ntXent(
                                                Tensor.concat(0, c.x, c.positive), 0.5)));
        put(
                "tripletMargin(Tensor, Tensor, Tensor, double, double, boolean, Reduction)",
                c ->
                        EmbeddingLosses.tripletMargin(
                                c.x, c.positive, c.target, 1, 2, true, Reduction.MEAN));
        put(
                "marginRanking(Tensor, Tensor, Tensor, double, Reduction)",
                c -> EmbeddingLosses.marginRanking(c.x, c.positive, c.target, 0.5, Reduction.MEAN));
    }

    /** What a loss takes, by the types of its parameters. */
    private Object[] operands(Method loss, Reduction reduction) {
        Stream<Object> options =
                Arrays.stream(loss.getParameterTypes())
                        .skip(2)
                        .map(
                                type ->
                                        type == double.class
                                                ? (Object) 0.5
                                                : type == Tensor.class
                                                        ? positive
                                                        : type == Reduction.class
                                                                ? reduction
                                                                : options());
        Tensor second = loss.getName().equals("nll") ? labels : target;
        return Stream.concat(Stream.of(positive, second), options).toArray();
    }

    private CrossEntropyOptions options() {
        return CrossEntropyOptions.NONE
                .labelSmoothing(0.25)
                .ignoreIndex(1)
                .classWeights(vector.detach())
                .exampleWeights(vector.detach());
    }

    private void factories() {
        put("tensor(float[], long[])", c -> c.device.tensor(new float[] {1, 2}));
        put("tensor(int[], long[])", c -> c.device.tensor(new int[] {1, 2}));
        put("tensor(double[], long[])", c -> c.device.tensor(new double[] {1, 2}));
        put("tensor(long[], long[])", c -> c.device.tensor(new long[] {1, 2}));
        put("tensor(boolean[], long[])", c -> c.device.tensor(new boolean[] {true, false}));
        put("tensor(DType, byte[], long[])", c -> c.device.tensor(DType.U8, new byte[] {1, 2}));
        put(
                "tensor(DType, double[], long[])",
                c -> c.device.tensor(DType.F16, new double[] {1, 2}));
        put(
                "upload(DType, MemorySegment, Shape)",
                c -> c.device.upload(DType.F32, MemorySegment.ofArray(new float[2]), Shape.of(2)));
        put("scalar(double)", c -> c.device.scalar(1));
        put("zeros(long[])", c -> c.device.zeros(2));
        put("ones(long[])", c -> c.device.ones(2));
        put("zeros(DType, long[])", c -> c.device.zeros(DType.I64, 2));
        put("ones(DType, long[])", c -> c.device.ones(DType.BOOL, 2));
        put("full(DType, double, Shape)", c -> c.device.full(DType.I8, 3, Shape.of(2)));
        put("full(double, Shape)", c -> c.device.full(3, Shape.of(2)));
        put("empty(DType, Shape)", c -> c.device.empty(DType.F32, Shape.of(2)));
        put("compute(Supplier)", c -> c.device.compute(() -> c.x.exp().sum(1).mul(c.vector)));
        put("constant(Supplier)", c -> c.device.constant(() -> c.x.exp()));
        put(
                "computeAll(Supplier)",
                c -> c.device.computeAll(() -> List.of(c.x.exp().sum(1).mul(c.vector))).getFirst());
    }

    private static Sorted closed(Sorted sorted) {
        sorted.values().close();
        sorted.indices().close();
        return sorted;
    }

    private static @Nullable Tensor none(Object read) {
        assertNotNull(read);
        return null;
    }

    private static MemorySegment download(Tensor x) {
        MemorySegment values = MemorySegment.ofArray(new byte[(int) x.size() * x.dtype().bytes()]);
        x.download(values);
        return values;
    }

    static Stream<DynamicTest> all(String selector) {
        Stream<DynamicTest> once =
                Stream.of(
                        dynamicTest("every operation is tried", () -> everyOperation(selector)),
                        dynamicTest("nothing is left of a bad index", () -> badIndices(selector)));
        // The second is computed in the first.
        Stream<DynamicTest> each =
                Stream.of(DType.F32, DType.BF16)
                        .flatMap(
                                dtype ->
                                        Stream.of(
                                                dynamicTest(
                                                        "nothing is left of " + dtype,
                                                        () ->
                                                                each(
                                                                        selector,
                                                                        dtype,
                                                                        LeftoverCases::forward)),
                                                dynamicTest(
                                                        "nothing is left of what a tape records of "
                                                                + dtype,
                                                        () ->
                                                                each(
                                                                        selector,
                                                                        dtype,
                                                                        LeftoverCases::backward))));
        return Stream.concat(once, each);
    }

    private static void everyOperation(String selector) {
        Set<String> missing = new TreeSet<>();
        try (Device device = TestDevices.open(selector)) {
            LeftoverCases cases = new LeftoverCases(device, DType.F32);
            for (Class<?> type :
                    new Class<?>[] {
                        Tensor.class,
                        Device.class,
                        Elementwise.class,
                        Logic.class,
                        Activations.class,
                        Products.class,
                        Reductions.class,
                        Sorting.class,
                        Counting.class,
                        Cumulative.class,
                        Indexing.class,
                        Layout.class,
                        Losses.class,
                        EmbeddingLosses.class,
                        DropoutState.class,
                        Shapes.class,
                        Diagonals.class,
                        Padding.class,
                        Creation.class,
                        Einsum.class,
                        LinearAlgebra.class,
                        Statistics.class,
                        Norms.class,
                        Distances.class,
                        Comparisons.class,
                        Pooling.class,
                        Resizing.class
                    }) {
                for (Method method : type.getDeclaredMethods()) {
                    if (Modifier.isPublic(method.getModifiers())) {
                        missing.add(signature(method));
                    }
                }
            }
            missing.removeAll(cases.operations.keySet());
            cases.close();
        }
        missing.removeAll(ACCESSORS);
        missing.removeAll(ELSEWHERE);
        assertEquals(Set.of(), missing, "operations without a case here");
    }

    private static String signature(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", method.getName() + "(", ")"));
    }

    interface Operation {
        /** The result, where it is a tensor. */
        @Nullable Tensor on(LeftoverCases cases);
    }

    private interface Trial {
        void run(LeftoverCases cases, Operation operation);
    }

    /** Each operation as it is, and failing at its first call of the backend, its second, ... */
    private static void each(String selector, DType dtype, Trial trial) {
        FailingBackend failing = new FailingBackend(TestDevices.open(selector));
        try (Device device = new Device(failing)) {
            LeftoverCases cases = new LeftoverCases(device, dtype);
            cases.operations.forEach(
                    (name, operation) -> {
                        int live = device.memory().liveTensors();
                        long bytes = device.memory().liveBytes();
                        boolean failed = true;
                        for (int n = 0; failed; n++) {
                            assertTrue(n < 200, name + " never succeeds");
                            device.trim();
                            failing.failCallsFrom(n);
                            try {
                                trial.run(cases, operation);
                            } catch (RuntimeException e) {
                                assertTrue(failing.hasFailed(), () -> name + ": " + e);
                            }
                            failed = failing.hasFailed();
                            failing.recover();
                            String where = name + ", failing at call " + n;
                            assertEquals(live, device.memory().liveTensors(), where);
                            assertEquals(bytes, device.memory().liveBytes(), where);
                        }
                    });
            cases.close();
            device.trim();
            assertEquals(0, failing.outstanding(), "buffers that were never released");
        }
    }

    private void forward(Operation operation) {
        int live = device.memory().liveTensors();
        Tensor y = operation.on(this);
        if (y != null && device.memory().liveTensors() > live) {
            y.close(); // where it is no view of an operand
        }
    }

    private void backward(Operation operation) {
        int live = device.memory().liveTensors();
        try (Tape tape = new Tape(device);
                Tensor dx = device.zeros(x.dtype(), 3, 3);
                Tensor dPositive = device.zeros(x.dtype(), 3, 3)) {
            tape.watch(x, dx);
            tape.watch(positive, dPositive);
            tape.watch(vector);
            Tensor y = operation.on(this);
            if (y == null || !tape.tracks(y)) {
                if (y != null && device.memory().liveTensors() > live + 2) {
                    y.close();
                }
                return;
            }
            boolean view = y.view().buffer().equals(x.view().buffer());
            try (Tensor dy = device.full(y.dtype(), 1, y.shape())) {
                tape.gradients(y, dy).of(vector).close();
            } finally {
                if (!view) {
                    y.close();
                }
            }
        }
    }

    private static Tensor multiply(LeftoverCases c) {
        return c.device.compute(
                () -> {
                    Tensor y = c.x.zerosLike();
                    Products.multiply(c.x, c.positive, y.view());
                    return y;
                });
    }

    private static void badIndices(String selector) {
        try (Device device = TestDevices.open(selector)) {
            LeftoverCases cases = new LeftoverCases(device, DType.F32);
            Tensor bad = device.tensor(new int[] {0, 3, 1});
            int live = device.memory().liveTensors();
            Stream.<Function<Tensor, Tensor>>of(
                            cases.x::gather,
                            cases.x::pick,
                            index -> Losses.crossEntropy(cases.x, index),
                            index -> Losses.nll(cases.x, index))
                    .forEach(
                            operation -> {
                                boolean refused = false;
                                // On a GPU the result is there before the index is known to be bad.
                                try (Tensor y = operation.apply(bad)) {
                                    refused = y.toFloatArray().length < 0;
                                } catch (IndexOutOfBoundsException e) {
                                    refused = true;
                                }
                                assertTrue(refused);
                                assertEquals(live, device.memory().liveTensors());
                            });
            bad.close();
            cases.close();
        }
    }

    private void close() {
        for (Tensor operand :
                new Tensor[] {x, positive, vector, target, truths, labels, ids, integers}) {
            operand.close();
        }
        dropout.close();
        assertEquals(0, device.memory().liveTensors());
    }
}

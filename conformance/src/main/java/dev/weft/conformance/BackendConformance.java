package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What every backend must pass. Each kernel, and each operation on tensors with its gradients, is
 * done on the backend under test and on the reference backend with the same inputs, and must agree
 * within stated bounds; nothing but outputs may be written; results must repeat bit for bit; memory
 * must be accounted for; and vectors that others made must come out.
 *
 * <pre>{@code
 * class CpuConformanceTest extends BackendConformance {
 *     CpuConformanceTest() {
 *         super("cpu");
 *     }
 * }
 * }</pre>
 *
 * <p>A backend that is not available skips its tests, with the reason, unless the system property
 * {@code require.backends} names it.
 */
public abstract class BackendConformance {
    /** How many cases of a group are drawn for F32: a few groups have hundreds. */
    private static final int SOME = 32;

    /** And for other types: what is wrong with one of them alone is wrong in most of its cases. */
    private static final int FEW = 3;

    private final String selector;
    private Device device;
    private Device reference;

    /** The suite for the device that {@link Devices#open} opens for {@code selector}. */
    @SuppressWarnings("NullAway.Init") // JUnit calls open() before any test
    protected BackendConformance(String selector) {
        this.selector = selector;
    }

    /** Opens the device under test and the reference. */
    @BeforeEach
    public void open() {
        device = TestDevices.open(selector);
        reference = Devices.open("reference");
    }

    /** Closes both. */
    @AfterEach
    public void close() {
        if (device != null) {
            device.close();
        }
        if (reference != null) {
            reference.close();
        }
    }

    /** y = op(x), y = op(a, b), and their gradients. */
    @TestFactory
    public Stream<DynamicTest> elementwise() {
        return kernels(ElementwiseKernels::of);
    }

    /** Functions, losses, softmax, and all gradients, where F32 and I32 end. */
    @TestFactory
    public Stream<DynamicTest> extremes() {
        return kernels(ExtremeKernels::of);
    }

    /** c = epilogue(α a b + β c). */
    @TestFactory
    public Stream<DynamicTest> gemm() {
        return kernels(GemmKernels::of);
    }

    /** Reductions, argmax and softmax. */
    @TestFactory
    public Stream<DynamicTest> reductions() {
        return kernels(ReductionKernels::of);
    }

    /** Sums and products of what stands up to each element. */
    @TestFactory
    public Stream<DynamicTest> scans() {
        return kernels(ScanKernels::of);
    }

    /** Means and variances of rows, of groups of channels and of batches, with their gradients. */
    @TestFactory
    public Stream<DynamicTest> normalizations() {
        return kernels(NormalizationKernels::of);
    }

    /** Windows of planes, and the gradients of their largest elements and means. */
    @TestFactory
    public Stream<DynamicTest> pooling() {
        return kernels(PoolKernels::of);
    }

    /** Convolutions and their gradients. */
    @TestFactory
    public Stream<DynamicTest> convolutions() {
        return kernels(ConvolutionKernels::of);
    }

    /** Lines in order. */
    @TestFactory
    public Stream<DynamicTest> sorts() {
        return kernels(SortKernels::of);
    }

    /** Sums of many numbers, whose error must not grow with their number. */
    @TestFactory
    public Stream<DynamicTest> longSums() {
        return kernels(LongSums::kernels, 1);
    }

    /** Products of long rows and columns likewise. */
    @TestFactory
    public Stream<DynamicTest> longProducts() {
        return LongSums.products(this::device);
    }

    /** Losses and their gradients. */
    @TestFactory
    public Stream<DynamicTest> losses() {
        return kernels(LossKernels::of);
    }

    /** Conversions between every two types. */
    @TestFactory
    public Stream<DynamicTest> conversions() {
        return ConversionCases.all(this::device);
    }

    /** Filling, copying, converting, choosing, selecting by index. */
    @TestFactory
    public Stream<DynamicTest> indexing() {
        return kernels(IndexKernels::of);
    }

    /** Optimizers' updates and dropout masks. */
    @TestFactory
    public Stream<DynamicTest> updates() {
        return kernels(UpdateKernels::of);
    }

    /** Indices that are out of range. */
    @TestFactory
    public Stream<DynamicTest> indexErrors() {
        return IndexErrors.all(this::device);
    }

    /** Rows that are added up by a million indices. */
    @TestFactory
    public Stream<DynamicTest> manyIndices() {
        return Stream.of(ManyIndices.test(this::device));
    }

    /** Tensors with numbers. */
    @TestFactory
    public Stream<DynamicTest> scalars() {
        return ScalarCases.all(this::device);
    }

    /** Methods of tensors on every type, and on two types. */
    @TestFactory
    public Stream<DynamicTest> types() {
        return TypeCases.all(this::device, () -> reference);
    }

    /** Operations on tensors, with the gradients by all operands. */
    @TestFactory
    public Stream<DynamicTest> operations() {
        return OpCases.ofEveryType()
                .map(
                        c ->
                                test(
                                        c.name(),
                                        () -> Agreement.check(c, device, reference, Seed.value())));
    }

    /** The pool, the ledger, and what happens when memory runs out. */
    @TestFactory
    public Stream<DynamicTest> memory() {
        return MemoryCases.all(selector)
                .map(c -> dynamicTest(c.getDisplayName(), c.getExecutable()));
    }

    /** What devices read of each other's memory. */
    @TestFactory
    public Stream<DynamicTest> sharing() {
        return SharingCases.all(selector)
                .map(c -> dynamicTest(c.getDisplayName(), c.getExecutable()));
    }

    /** Which values derivatives are made of. */
    @TestFactory
    public Stream<DynamicTest> derivativeReads() {
        return DerivativeReads.all(this::device);
    }

    /** Assignments within one tensor. */
    @TestFactory
    public Stream<DynamicTest> assignments() {
        return AssignCases.all(this::device);
    }

    /** What operations leave behind where there is no scope: nothing. */
    @TestFactory
    public Stream<DynamicTest> leftovers() {
        return LeftoverCases.all(selector);
    }

    /** Steps that are recorded once and replayed. */
    @TestFactory
    public Stream<DynamicTest> captures() {
        return CaptureCases.all(this::device);
    }

    /** NumPy's tables of elementary functions. */
    @TestFactory
    public Stream<DynamicTest> umath() {
        return UmathVectors.all(this::device);
    }

    /** ONNX's node tests. */
    @TestFactory
    public Stream<DynamicTest> onnx() {
        return VectorTests.all("onnx-node", this::device);
    }

    /** Results and gradients of PyTorch's, computed in double. */
    @TestFactory
    public Stream<DynamicTest> torch() {
        return VectorTests.all("torch", this::device);
    }

    /** The device under test, while a test runs. */
    private Device device() {
        return device;
    }

    /** One test for each group of each type. */
    private Stream<DynamicTest> kernels(Function<DType, List<KernelCase>> cases) {
        return kernels(cases, FEW);
    }

    private Stream<DynamicTest> kernels(Function<DType, List<KernelCase>> cases, int few) {
        return Arrays.stream(DType.values())
                .flatMap(
                        dtype -> {
                            Map<String, List<KernelCase>> groups =
                                    cases.apply(dtype).stream()
                                            .collect(
                                                    Collectors.groupingBy(
                                                            KernelCase::group,
                                                            LinkedHashMap::new,
                                                            Collectors.toList()));
                            return groups.entrySet().stream()
                                    .map(
                                            group -> {
                                                List<KernelCase> taken =
                                                        Sample.of(
                                                                group.getValue(),
                                                                dtype == DType.F32 ? SOME : few);
                                                return test(group.getKey(), () -> checkAll(taken));
                                            });
                        });
    }

    private void checkAll(List<KernelCase> cases) {
        int failed = 0;
        AssertionError first = null;
        for (KernelCase c : cases) {
            try {
                c.check(device.backend(), reference.backend(), Seed.value());
            } catch (AssertionError e) {
                first = first == null ? e : first;
                failed++;
            }
        }
        if (first != null) {
            throw new AssertionError(
                    "%d of %d cases failed, the first: %s"
                            .formatted(failed, cases.size(), first.getMessage()),
                    first);
        }
    }

    private DynamicTest test(String name, Executable body) {
        return dynamicTest(
                name,
                () -> {
                    try {
                        body.execute();
                    } catch (AssertionError | RuntimeException e) {
                        throw Seed.failure(selector, name, e);
                    }
                    assertEquals(0, device.memory().liveBytes(), "live bytes at the end");
                });
    }
}

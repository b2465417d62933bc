package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Activation;
import dev.weft.conformance.Sample;
import dev.weft.gpu.GemmCheck.Product;
import dev.weft.opencl.TestDriver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gemm kernels that the tuner may choose, whichever class of device they are meant for: some of
 * them, by the seed, since PoCL takes up to half a minute to compile one.
 */
class GemmVariantsTest {
    private static final int PRODUCTS = Sample.size(15, 60);

    /** Of types whose kernels differ in how they load and store alone. */
    private static final int OF_OTHERS = Sample.size(4, 60);

    private static final long SEED = 20_261_123;

    private GpuDriver driver = TestDriver.NONE;

    @BeforeEach
    void open() {
        driver = TestDriver.open();
    }

    @AfterEach
    void close() {
        driver.close();
    }

    /** A kernel, of operands and results of these types. */
    private record Tried(GemmVariant variant, DType dtype, DType c) {
        boolean isForGpus() {
            return variant.family() == GemmVariant.Family.GPU;
        }
    }

    @TestFactory
    Stream<DynamicTest> agreesWithDouble() {
        List<Tried> all = new ArrayList<>();
        for (DType dtype : KernelFile.GEMM_GPU.dtypes()) {
            for (DType c : Gemm.results(dtype)) {
                GemmCheck.variants(driver.traits(), dtype)
                        .values()
                        .forEach(variant -> all.add(new Tried(variant, dtype, c)));
            }
        }
        return Stream.of(
                        some(all, true, true, 1),
                        some(all, true, false, 3),
                        some(all, false, true, 1),
                        some(all, false, false, 2))
                .flatMap(List::stream)
                .map(
                        tried ->
                                DynamicTest.dynamicTest(
                                        tried.toString(),
                                        () -> check(tried.variant, tried.dtype, tried.c)));
    }

    /** Of those of F32, or of the other types. */
    private static List<Tried> some(List<Tried> all, boolean ofF32, boolean forGpus, int most) {
        List<Tried> these =
                all.stream()
                        .filter(tried -> (tried.dtype == DType.F32) == ofF32)
                        .filter(tried -> tried.isForGpus() == forGpus)
                        .toList();
        return Sample.of(these, most);
    }

    private void check(GemmVariant variant, DType dtype, DType c) {
        GemmCheck check = new GemmCheck(driver, SEED, dtype, c);
        for (int i = 0; i < (dtype == DType.F32 ? PRODUCTS : OF_OTHERS); i++) {
            check.check(variant, check.draw(130));
        }
        // Large enough that a transposed a is packed too; once, since the comparison is slow.
        if (dtype == DType.F32 && variant.equals(GemmVariant.cpu(dtype, 12, 2, true))) {
            check.check(
                    variant,
                    new Product(
                            1,
                            1025,
                            1031,
                            1033,
                            true,
                            true,
                            false,
                            1,
                            0,
                            true,
                            Activation.RELU,
                            false));
        }
    }
}

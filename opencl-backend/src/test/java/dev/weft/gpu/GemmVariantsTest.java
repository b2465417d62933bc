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

    @TestFactory
    Stream<DynamicTest> agreesWithDouble() {
        return KernelFile.GEMM_GPU.dtypes().stream()
                .flatMap(dtype -> Gemm.results(dtype).stream().flatMap(c -> tests(dtype, c)));
    }

    private Stream<DynamicTest> tests(DType dtype, DType c) {
        boolean isF32 = dtype == DType.F32;
        List<GemmVariant> forGpus = new ArrayList<>();
        List<GemmVariant> others = new ArrayList<>();
        for (GemmVariant variant : GemmCheck.variants(driver.traits(), dtype).values()) {
            (variant.family() == GemmVariant.Family.GPU ? forGpus : others).add(variant);
        }
        return Stream.concat(
                        Sample.of(others, isF32 ? 8 : 2).stream(),
                        Sample.of(forGpus, isF32 ? 3 : 1).stream())
                .map(
                        variant ->
                                DynamicTest.dynamicTest(
                                        variant + " " + dtype + " to " + c,
                                        () -> check(variant, dtype, c)));
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

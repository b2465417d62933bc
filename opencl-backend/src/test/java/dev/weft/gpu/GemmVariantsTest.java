package dev.weft.gpu;

import dev.weft.backend.Activation;
import dev.weft.conformance.Sample;
import dev.weft.gpu.GemmCheck.Product;
import dev.weft.opencl.TestDriver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.util.stream.Stream;

/** Every gemm kernel that the tuner may choose, whichever class of device it is meant for. */
class GemmVariantsTest {
    private static final int PRODUCTS = Sample.size(15, 60);
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
        return GemmCheck.variants(driver.traits()).values().stream()
                .map(variant -> DynamicTest.dynamicTest(variant.toString(), () -> check(variant)));
    }

    private void check(GemmVariant variant) {
        GemmCheck check = new GemmCheck(driver, SEED);
        for (int i = 0; i < PRODUCTS; i++) {
            check.check(variant, check.draw(130));
        }
        // Large enough that a transposed a is packed too; once, since the comparison is slow.
        if (variant.equals(GemmVariant.cpu(12, 2, true))) {
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

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.util.stream.Stream;

/** Every operation's gradients by central differences in double. */
class GradientTest {
    @TestFactory
    Stream<DynamicTest> centralDifferences() {
        return OpCases.all(DType.F64).map(c -> dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(OpCase c) {
        try (Device device = Devices.open("reference")) {
            CentralDifferences.check(c, device, Seed.value());
            assertEquals(0, device.memory().liveBytes(), "live bytes at the end");
        } catch (AssertionError | RuntimeException e) {
            throw Seed.failure("reference", c.name(), e);
        }
    }
}

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.KernelCall;

import org.junit.jupiter.api.Assumptions;

import java.util.Arrays;

/**
 * Opens what a test needs, or skips the test and prints why. The system property {@code
 * require.backends}, a list with commas, names backends whose absence is a failure.
 */
final class TestDevices {
    private TestDevices() {}

    static Device open(String selector) {
        try {
            return Devices.open(selector);
        } catch (BackendUnavailableException e) {
            String message = "backend '" + selector + "' cannot be tested: " + e.getMessage();
            if (isRequired(selector)) {
                return fail(message + " (-Drequire.backends asks for it)", e);
            }
            System.out.println("SKIPPED: " + message);
            return Assumptions.abort(message);
        }
    }

    /** Whether a device has a type, as not all have F64. */
    static boolean has(Device device, DType dtype) {
        try (Tensor x = device.empty(dtype, Shape.SCALAR)) {
            return device.backend().supports(new KernelCall.Fill(0, x.view()));
        }
    }

    private static boolean isRequired(String selector) {
        String[] required = System.getProperty("require.backends", "").split(",", -1);
        return Arrays.stream(required)
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .anyMatch(name -> selector.equals(name) || selector.startsWith(name + ":"));
    }
}

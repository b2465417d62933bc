package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOptionException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmKernels;
import dev.weft.backend.GemmPrecision;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** cuBLAS beside the driver: rounding only where it is asked for, and faults. */
class CublasTest {
    /** Not representable in TF32 (11 bits of significand), nor in BF16 (8 bits). */
    private static final float FINE = 1 + 0x1p-20f;

    /** Representable in TF32, and not in BF16. */
    private static final float COARSE = 1 + 0x1p-9f;

    @BeforeEach
    void standIn() {
        StandIn.require();
    }

    @AfterEach
    void nothingIsLeft() {
        StandIn.failLaunch(0);
        StandIn.refuseCublas(12, false);
        StandIn.install();
        assertEquals(0, StandIn.liveBytes(), "bytes that are still allocated");
        assertEquals(0, StandIn.contexts(), "contexts that are still held");
        assertEquals(0, StandIn.cublasHandles(12) + StandIn.cublasHandles(13), "handles");
    }

    private static float[] product(Device device) {
        try (Scope _ = device.scope()) {
            Tensor a = device.tensor(new float[] {FINE, 0, 0, COARSE}, 2, 2);
            Tensor one = device.tensor(new float[] {1, 0, 0, 1}, 2, 2);
            return a.matmul(one).toFloatArray();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13})
    void roundsOnlyWhereItIsAskedTo(int major) {
        StandIn.installCublas(major);
        try (Device device = Devices.open("cuda")) {
            assertArrayEquals(new float[] {FINE, 0, 0, COARSE}, product(device));
            device.gemmPrecision(GemmPrecision.TF32);
            assertArrayEquals(new float[] {1, 0, 0, COARSE}, product(device));
            device.gemmPrecision(GemmPrecision.BF16);
            assertArrayEquals(new float[] {1, 0, 0, 1}, product(device));
            device.gemmPrecision(GemmPrecision.F32);
            assertArrayEquals(new float[] {FINE, 0, 0, COARSE}, product(device));
            assertEquals(1, StandIn.cublasHandles(major));
        }
    }

    @Test
    void withoutItNothingRounds() {
        StandIn.install();
        try (Device device = Devices.open("cuda")) {
            var error =
                    assertThrows(
                            UnsupportedOperationException.class,
                            () -> device.gemmPrecision(GemmPrecision.TF32));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("cuda:0 multiplies matrices in f32 only"), message);
            assertTrue(message.contains("cuBLAS"), message);
            assertArrayEquals(new float[] {FINE, 0, 0, COARSE}, product(device));
        }
    }

    @Test
    void aDeviceOfOwnKernelsIsNoneOfCublas() {
        StandIn.installCublas(12);
        DeviceOptions options = DeviceOptions.defaults();
        try (Device own = Devices.open("cuda", options.gemm(GemmKernels.OWN));
                Device vendor = Devices.open("cuda", options.gemm(GemmKernels.VENDOR))) {
            vendor.gemmPrecision(GemmPrecision.TF32);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> own.gemmPrecision(GemmPrecision.TF32));
            long before = StandIn.cublasProducts(12);
            for (int i = 1; i <= 2; i++) {
                assertArrayEquals(new float[] {FINE, 0, 0, COARSE}, product(own));
                assertArrayEquals(new float[] {1, 0, 0, COARSE}, product(vendor));
                assertEquals(before + i, StandIn.cublasProducts(12));
            }
            assertEquals(
                    "none, so Weft's own kernels multiply: the option gemm is own",
                    own.info().properties().get("cuBLAS"));
            String cublas = vendor.info().properties().getOrDefault("cuBLAS", "");
            assertTrue(cublas.startsWith("12."), cublas);
        }
    }

    @Test
    void whatIsAskedForAndNotThereIsRefused() {
        StandIn.install();
        System.setProperty("weft.cublas", "/there/is/no/libcublas.so.12");
        DeviceOptions vendor = DeviceOptions.defaults().gemm(GemmKernels.VENDOR);
        for (Runnable open :
                List.<Runnable>of(
                        () -> Devices.open("cuda:1", vendor), () -> Devices.best(vendor))) {
            var error = assertThrows(DeviceOptionException.class, open::run);
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith("open: the option gemm of cuda:"), message);
            assertTrue(message.contains("is vendor, but there is no cuBLAS"), message);
            assertTrue(message.contains("/there/is/no/libcublas.so.12 does not exist"), message);
        }
        Devices.open("cuda").close();
    }

    @Test
    void theOptionOutweighsTheProperty() {
        StandIn.install();
        String none = CublasSearch.VARIABLE + " is none";
        assertEquals(none, CudaLibrary.cublas(12080, false).reasons());
        assertNotEquals(none, CudaLibrary.cublas(12080, true).reasons());
    }

    @Test
    void biasAndActivationFollowItsProduct() {
        StandIn.installCublas(12);
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, -2, 3, 4}, 2, 2);
            Tensor weight = device.tensor(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            Tensor bias = device.tensor(new float[] {0, 1, -2});
            long before = StandIn.cublasProducts(12);
            float[] y = x.linear(weight, bias, dev.weft.backend.Activation.RELU).toFloatArray();
            assertArrayEquals(new float[] {1, 0, 0, 3, 5, 5}, y);
            assertEquals(before + 1, StandIn.cublasProducts(12));
        }
    }

    @Test
    void noMemoryForItsHandle() {
        StandIn.installCublas(12);
        StandIn.refuseCublas(12, true);
        try (Device device = Devices.open("cuda")) {
            var error = assertThrows(DeviceOutOfMemoryException.class, () -> product(device));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("CUBLAS_STATUS_ALLOC_FAILED"), message);
            StandIn.refuseCublas(12, false);
            assertArrayEquals(new float[] {FINE, 0, 0, COARSE}, product(device));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13})
    void aFatalErrorInAProductLosesTheDevice(int major) {
        StandIn.installCublas(major);
        Device device = Devices.open("cuda");
        try (Scope _ = device.scope()) {
            product(device);
            StandIn.failLaunch(1);
            var error = assertThrows(DeviceLostException.class, () -> product(device));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("CUDA_ERROR_ILLEGAL_ADDRESS"), message);
            assertFalse(message.contains("CUBLAS"), message);
        }
        assertThrows(DeviceLostException.class, device::close);
    }
}

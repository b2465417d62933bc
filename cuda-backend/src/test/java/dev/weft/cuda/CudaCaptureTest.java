package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** A captured step is one graph, in the real driver's code. */
class CudaCaptureTest {
    private static final float[] DOUBLED_TWICE = {4, 8, 12};

    @BeforeEach
    void standIn() {
        StandIn.require();
    }

    @AfterEach
    void nothingIsLeft() {
        StandIn.failAllocation(0);
        StandIn.failLaunch(0);
        assertEquals(0, StandIn.graphs(), "graphs that nobody has destroyed");
        assertEquals(0, StandIn.liveBytes(), "bytes that are still allocated");
        assertEquals(0, StandIn.contexts(), "contexts that are still held");
        StandIn.install();
    }

    @Test
    void aReplayIsOneLaunchOfAGraph() {
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, 2, 3});
            try (Capture step = device.capture(() -> x.assign(x.add(x).mul(1)))) {
                StandIn.launched();
                long before = StandIn.graphLaunches();
                step.replay();
                assertEquals(1, StandIn.graphLaunches() - before);
                assertEquals(List.of("binary_add", "unary_affine", "copy"), StandIn.launched());
                assertEquals(1, StandIn.graphs());
            }
            assertArrayEquals(DOUBLED_TWICE, x.toFloatArray());
        }
    }

    /** cuBLAS puts its products into the stream that is captured. */
    @ParameterizedTest
    @ValueSource(ints = {12, 13})
    void productsByCublasAreInTheGraph(int major) {
        StandIn.installCublas(major);
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, 2, 3}, 1, 3);
            Tensor twice = device.tensor(new float[] {2, 0, 0, 0, 2, 0, 0, 0, 2}, 3, 3);
            try (Capture step = device.capture(() -> x.assign(x.matmul(twice)))) {
                step.replay();
                assertArrayEquals(DOUBLED_TWICE, x.toFloatArray());
                step.replay();
                assertEquals(48, x.sum().item());
            }
        }
    }

    @Test
    void theDeviceClosesWhatWasNotClosed() {
        Device device = Devices.open("cuda");
        try (Scope _ = device.scope()) {
            Tensor x = device.ones(3);
            device.capture(() -> x.assign(x.add(1)));
        }
        assertEquals(1, StandIn.graphs());
        device.close();
    }

    /** At each of the step's allocations, the graph's own among them. */
    @Test
    void withoutMemoryNothingIsCaptured() {
        for (String selector : new String[] {"cuda:0", "cuda:1"}) {
            try (Device device = Devices.open(selector);
                    Scope _ = device.scope()) {
                Tensor x = device.ones(200_000);
                long before = StandIn.allocations();
                device.capture(() -> x.assign(x.add(1).mul(x.sum()))).close();
                long allocations = StandIn.allocations() - before;
                assertTrue(allocations >= 4, allocations + " allocations");
                float[] values = x.toFloatArray();
                device.trim();
                for (long n = 1; n <= allocations; n++) {
                    StandIn.failAllocation(n);
                    assertThrows(
                            DeviceOutOfMemoryException.class,
                            () -> device.capture(() -> x.add(1).mul(x.sum())));
                    StandIn.failAllocation(0);
                    assertArrayEquals(values, x.toFloatArray());
                    assertEquals(0, StandIn.graphs());
                    device.trim();
                }
            }
        }
    }

    @Test
    void aDeviceThatIsLostInAReplayAnswersNoMore() {
        Device device = Devices.open("cuda");
        try (Scope _ = device.scope()) {
            Tensor x = device.ones(3);
            Capture step = device.capture(() -> x.assign(x.add(1).exp()));
            StandIn.failLaunch(2);
            assertThrows(DeviceLostException.class, step::replay);
            assertThrows(DeviceLostException.class, step::replay);
            assertThrows(DeviceLostException.class, x::toFloatArray);
        }
        assertThrows(DeviceLostException.class, device::close);
    }
}

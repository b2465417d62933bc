package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

/** Blocks that normalise, with PyTorch's names. */
class NormalizationBlocksTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Network network(Block block) {
        return Network.create(device, block, DType.F64, 1);
    }

    private static double value(Network network, String path, int i) {
        return Objects.requireNonNull(network.parameters().byPath().get(path))
                .value()
                .toDoubleArray()[i];
    }

    /**
     * Channel 0 has 1, 3, 5, 7 (mean 4, variance 5, of a sample 20/3), channel 1 ten times that.
     */
    private Tensor batch() {
        return device.tensor(new double[] {1, 3, 10, 30, 5, 7, 50, 70}, 2, 2, 2);
    }

    @Test
    void aBatchNormsStatisticsRunInTrainingAlone() {
        Network network = network(new BatchNorm(2, 0, 0.25));
        assertEquals(
                List.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
                List.copyOf(network.parameters().byPath().keySet()));
        assertEquals(Shape.SCALAR, network.parameters().buffers().get(2).shape());
        double[] y = network.train(batch()).toDoubleArray();
        double[] expected = {-3, -1, -3, -1, 1, 3, 1, 3};
        for (int i = 0; i < y.length; i++) {
            assertEquals(expected[i] / Math.sqrt(5), y[i], 1e-12);
        }
        assertEquals(1, value(network, "running_mean", 0), 1e-12);
        assertEquals(10, value(network, "running_mean", 1), 1e-12);
        assertEquals(0.75 + 0.25 * 20 / 3, value(network, "running_var", 0), 1e-12);
        assertEquals(1, value(network, "num_batches_tracked", 0));
        double spread = Math.sqrt(0.75 + 0.25 * 20 / 3);
        double[] calm = network.forward(batch()).toDoubleArray();
        assertEquals(0, calm[0], 1e-12);
        assertEquals(2 / spread, calm[1], 1e-12);
        assertEquals(1, value(network, "num_batches_tracked", 0));
    }

    @Test
    void aHaltedStepChangesNoStatistics() {
        Network network = network(new BatchNorm(2));
        network.run(true, List.of(batch())).updateBuffers(device.tensor(new int[] {1}));
        assertEquals(0, value(network, "running_mean", 0));
        assertEquals(1, value(network, "running_var", 1));
        assertEquals(0, value(network, "num_batches_tracked", 0));
    }

    @Test
    void rowsAndGroups() {
        double root = Math.sqrt(5);
        assertArrayEquals(
                new double[] {-1, 1, -1, 1, -1, 1, -1, 1},
                network(new LayerNorm(Shape.of(2), 0)).forward(batch()).toDoubleArray(),
                1e-12);
        assertArrayEquals(
                new double[] {1 / root, 3 / root, 1 / root, 3 / root},
                network(new RMSNorm(Shape.of(2), 0))
                        .forward(batch().slice(0, 0, 1))
                        .toDoubleArray(),
                1e-12);
        assertArrayEquals(
                new double[] {-1, 1, -1, 1, -1, 1, -1, 1},
                network(new GroupNorm(2, 2, 0)).forward(batch()).toDoubleArray(),
                1e-12);
        assertEquals(
                List.of("weight", "bias"),
                List.copyOf(network(new LayerNorm(3)).parameters().byPath().keySet()));
        assertEquals(
                List.of("weight"),
                List.copyOf(network(new RMSNorm(3)).parameters().byPath().keySet()));
    }

    @Test
    void whatIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm(1));
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm(3, 4));
        assertThrows(IllegalArgumentException.class, () -> new BatchNorm(3, 1e-5, 2));
        Tensor x = batch().named("x");
        var end = assertThrows(ShapeException.class, () -> network(new LayerNorm(3)).forward(x));
        assertEquals(
                "LayerNorm([3]): x is tensor 'x' (2x2x2 F64 on reference): its last extents must be"
                        + " [3]",
                end.getMessage());
        var channels = assertThrows(ShapeException.class, () -> network(new BatchNorm(3)).train(x));
        assertEquals(
                "BatchNorm(3): x is tensor 'x' (2x2x2 F64 on reference): it must be"
                        + " batch×channels×…, with 3 channels",
                channels.getMessage());
        Tensor one = device.ones(DType.F64, 1, 3);
        assertThrows(ShapeException.class, () -> network(new BatchNorm(3)).train(one));
        assertEquals(Shape.of(1, 3), network(new BatchNorm(3)).forward(one).shape());
    }
}

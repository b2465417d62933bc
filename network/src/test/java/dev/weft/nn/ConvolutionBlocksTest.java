package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.PoolWindow;
import dev.weft.Resizing;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Convolutions, pools and what brings images to another size, with PyTorch's names. */
class ConvolutionBlocksTest {
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

    private Tensor images(long... dims) {
        double[] values = new double[(int) Shape.of(dims).size()];
        Arrays.setAll(values, i -> i % 7 - 3);
        return device.tensor(DType.F64, values, dims);
    }

    private static Map<String, Shape> shapes(Network network) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        network.parameters()
                .byPath()
                .forEach((path, parameter) -> shapes.put(path, parameter.shape()));
        return shapes;
    }

    private static Tensor value(Network network, String path) {
        return Objects.requireNonNull(network.parameters().byPath().get(path)).value();
    }

    @Test
    void aConvolutionIsTheSumOverItsKernelAndChannels() {
        Network network = network(Convolution.conv2d(2, 3, 3, 2).stride(2, 1).padding(1, 0));
        assertEquals(Map.of("weight", Shape.of(3, 2, 3, 2), "bias", Shape.of(3)), shapes(network));
        value(network, "weight").fill(0.5);
        value(network, "bias").assign(device.tensor(new double[] {1, 2, 3}));
        Tensor y = network.forward(device.ones(DType.F64, 1, 2, 4, 3));
        assertEquals(Shape.of(1, 3, 2, 2), y.shape());
        // The first window has two rows of two ones in both channels, the second has three.
        assertArrayEquals(
                new double[] {5, 5, 7, 7, 6, 6, 8, 8, 7, 7, 9, 9}, y.toDoubleArray(), 1e-12);
    }

    @Test
    void extentsOfEveryKind() {
        Tensor x = images(2, 4, 9, 8);
        Map<Layer, Shape> expected = new LinkedHashMap<>();
        expected.put(Convolution.conv2d(4, 6, 3), Shape.of(2, 6, 7, 6));
        expected.put(Convolution.conv2d(4, 6, 3).samePadding(), Shape.of(2, 6, 9, 8));
        expected.put(Convolution.conv2d(4, 6, 4).samePadding().stride(3), Shape.of(2, 6, 3, 3));
        expected.put(Convolution.conv2d(4, 8, 3).groups(4).dilation(2), Shape.of(2, 8, 5, 4));
        expected.put(
                Convolution.conv2d(4, 2, 2).padding(new int[] {0, 1}, new int[] {2, 0}),
                Shape.of(2, 2, 10, 8));
        expected.put(
                TransposedConvolution.convTranspose2d(4, 6, 3)
                        .stride(2)
                        .padding(1)
                        .outputPadding(1)
                        .groups(2),
                Shape.of(2, 6, 18, 16));
        expected.put(
                TransposedConvolution.convTranspose2d(4, 2, 2).dilation(3), Shape.of(2, 2, 12, 11));
        expected.put(Pool.max(2), Shape.of(2, 4, 9, 4));
        expected.put(Pool.max(2, 2), Shape.of(2, 4, 4, 4));
        expected.put(Pool.average(PoolWindow.of(3, 3).ceil(true), false), Shape.of(2, 4, 3, 3));
        expected.put(Pool.adaptiveAverage(3, 5), Shape.of(2, 4, 3, 5));
        expected.put(Pool.globalAverage(2), Shape.of(2, 4));
        expected.put(Pool.globalMax(2), Shape.of(2, 4));
        expected.put(Upsample.nearest(2), Shape.of(2, 4, 18, 16));
        expected.put(new Upsample(3, Resizing.Mode.CUBIC, true), Shape.of(2, 4, 27, 24));
        expected.put(new Unflatten(2, 2, 2), Shape.of(2, 4, 9, 2, 2, 2));
        expected.forEach(
                (layer, shape) -> {
                    Tensor y = network(layer).forward(x);
                    assertEquals(shape, y.shape(), layer.describe());
                    assertTrue(y.abs().sum().item() > 0, layer.describe());
                });
        assertEquals(
                Shape.of(2, 5, 6),
                network(Convolution.conv1d(4, 5, 3)).forward(images(2, 4, 8)).shape());
        assertEquals(
                Shape.of(1, 2, 2, 2, 2),
                network(Convolution.conv3d(3, 2, 2)).forward(images(1, 3, 3, 3, 3)).shape());
        assertEquals(
                Shape.of(2, 5, 10),
                network(TransposedConvolution.convTranspose1d(4, 5, 3))
                        .forward(images(2, 4, 8))
                        .shape());
    }

    @Test
    void firstValuesAreSpreadByTheFanIn() {
        // 4 channels of a group times 9 elements go into a result: 1 / 6.
        Network network = network(Convolution.conv2d(8, 64, 3).groups(2));
        for (String name : List.of("weight", "bias")) {
            double most = value(network, name).abs().max().item();
            assertTrue(most <= 1.0 / 6 && most > 0.9 / 6, name + " reaches " + most);
        }
        // As in PyTorch, the second extent counts: 4 times 9 again.
        Network transposed = network(TransposedConvolution.convTranspose2d(64, 8, 3).groups(2));
        assertEquals(Shape.of(64, 4, 3, 3), value(transposed, "weight").shape());
        double most = value(transposed, "weight").abs().max().item();
        assertTrue(most <= 1.0 / 6 && most > 0.9 / 6, "the weight reaches " + most);
        assertEquals(
                List.of("weight"),
                List.copyOf(shapes(network(Convolution.conv1d(1, 1, 1).withoutBias())).keySet()));
    }

    @Test
    void summariesCountProductsOfConvolutionsAndElementsOfPools() {
        Summary summary =
                network(
                                new Sequential(
                                        Convolution.conv2d(2, 4, 3).padding(1).withoutBias(),
                                        Pool.max(2, 2),
                                        TransposedConvolution.convTranspose2d(4, 2, 2)
                                                .stride(2)
                                                .withoutBias()))
                        .summary(1, 2, 6, 6);
        assertEquals("Conv2d(2, 4, 3x3)", summary.rows().getFirst().block());
        assertEquals(2 * (4 * 36) * (2 * 9), summary.rows().getFirst().flops());
        assertEquals((4 * 9) * 4, summary.rows().get(1).flops());
        assertEquals(2 * (4 * 9) * (2 * 4), summary.rows().get(2).flops());
    }

    @Test
    void whatCannotBeMadeIsRefused() {
        for (Executable wrong :
                List.<Executable>of(
                        () -> Convolution.conv2d(0, 4, 3),
                        () -> Convolution.conv2d(4, 4, 0),
                        () -> Convolution.conv2d(4, 4, 3, 3, 3),
                        () -> Convolution.conv2d(4, 4, 3).stride(0),
                        () -> Convolution.conv2d(4, 4, 3).stride(-1),
                        () -> Convolution.conv2d(4, 4, 3).stride(1, 1, 1),
                        () -> Convolution.conv2d(4, 4, 3).padding(-1),
                        () -> Convolution.conv2d(4, 6, 3).groups(4),
                        () -> TransposedConvolution.convTranspose2d(6, 4, 3).groups(4),
                        () -> Upsample.nearest(0))) {
            assertThrows(IllegalArgumentException.class, wrong);
        }
        var groups =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Convolution.conv2d(6, 4, 3).groups(4));
        assertEquals(
                "Conv2d: 4 groups of 6 and 4 channels: they must divide both", groups.getMessage());
    }

    @Test
    void imagesThatDoNotFitAreRefused() {
        Tensor x = images(1, 3, 4, 4).named("x");
        Network network = network(Convolution.conv2d(2, 4, 3));
        var channels = assertThrows(ShapeException.class, () -> network.forward(x));
        assertEquals(
                "Conv2d(2, 4, 3x3): x is tensor 'x' (1x3x4x4 F64 on reference): it must be"
                        + " batch×channels×extents, with 2 channels and 2 extents",
                channels.getMessage());
        var small =
                assertThrows(
                        ShapeException.class,
                        () -> network(Convolution.conv2d(3, 4, 5)).forward(x));
        assertEquals(
                "convolve: x is 1x3x4x4, the weight 4x3x5x5: along axis 2 the kernel spans 5"
                        + " elements, and x has 4 with its padding: use a smaller kernel, or more"
                        + " padding",
                small.getMessage());
        for (Layer layer :
                List.of(
                        TransposedConvolution.convTranspose2d(3, 2, 2).padding(3),
                        TransposedConvolution.convTranspose2d(2, 2, 2),
                        Pool.max(5, 5),
                        Pool.adaptiveAverage(0, 1),
                        new Unflatten(5))) {
            assertThrows(ShapeException.class, () -> network(layer).forward(x), layer::describe);
        }
        Tensor rows = images(1, 3);
        assertThrows(ShapeException.class, () -> network(Upsample.nearest(2)).forward(rows));
    }
}

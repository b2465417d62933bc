package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Normalisations where arithmetic is hard, and what they refuse. */
class NormalizationsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** In one pass all digits would be lost: the squares are 1e18 and their differences 1. */
    @Test
    void aLargeMeanCostsNoDigits() {
        Tensor x = device.tensor(new double[] {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3}, 1, 4);
        double[] expected = {-1.5, -0.5, 0.5, 1.5};
        Tensor scale = device.full(DType.F64, Math.sqrt(1.25), Shape.SCALAR);
        assertArrayEquals(
                expected, Normalizations.layerNorm(x, -1, scale, null, 0).toDoubleArray(), 1e-12);
        Tensor column = x.reshape(4, 1);
        Normalizations.Batch batch = Normalizations.batchNorm(column, null, null, 0);
        assertArrayEquals(expected, batch.y().mul(Math.sqrt(1.25)).toDoubleArray(), 1e-12);
        assertEquals(1e9 + 1.5, batch.mean().item());
        assertEquals(1.25, batch.variance().item());
    }

    /** The sum of the squares is beyond F16, their mean is not. */
    @Test
    void halvesComputeInF32() {
        Tensor x = device.tensor(DType.F16, new double[] {-200, 200}, 1, 2).tile(1, 50);
        Tensor y = Normalizations.layerNorm(x, 1, null, null, 0);
        assertEquals(DType.F16, y.dtype());
        assertEquals(1, y.max().item());
        assertEquals(-1, y.min().item());
    }

    private static void refused(String message, Executable operation) {
        assertEquals(message, assertThrows(ShapeException.class, operation).getMessage());
    }

    @Test
    void oneElementHasNoVariance() {
        Tensor x = device.ones(3, 1).named("x");
        refused(
                "layer_norm: x is tensor 'x' (3x1 F32 on reference): each mean would be one of 1"
                        + " element, and needs at least two",
                () -> Normalizations.layerNorm(x, -1, null, null, 1e-5));
        Tensor one = device.ones(1, 3).named("x");
        refused(
                "batch_norm: x is tensor 'x' (1x3 F32 on reference): each mean would be one of 1"
                        + " element, and needs at least two",
                () -> Normalizations.batchNorm(one, null, null, 1e-5));
        assertThrows(
                ShapeException.class, () -> Normalizations.instanceNorm(one, null, null, 1e-5));
        assertThrows(
                ShapeException.class, () -> Normalizations.groupNorm(one, 3, null, null, 1e-5));
        assertThrows(
                ShapeException.class,
                () -> Normalizations.batchNorm(device.ones(0, 3), null, null, 1e-5));
    }

    @Test
    void whatDoesNotFit() {
        Tensor x = device.ones(2, 4, 3).named("x");
        refused(
                "group_norm: x is tensor 'x' (2x4x3 F32 on reference), with 3 groups: they must"
                        + " divide its 4 channels (axis 1)",
                () -> Normalizations.groupNorm(x, 3, null, null, 1e-5));
        Tensor weight = device.ones(4).named("w");
        refused(
                "layer_norm: x is tensor 'x' (2x4x3 F32 on reference), the weight is tensor 'w'"
                        + " ([4] F32 on reference): it must be of x's type, and broadcast to [3]",
                () -> Normalizations.layerNorm(x, -1, weight, null, 1e-5));
        Tensor doubles = device.ones(DType.F64, 4).named("b");
        refused(
                "batch_norm: x is tensor 'x' (2x4x3 F32 on reference), the bias is tensor 'b' ([4]"
                        + " F64 on reference): it must be of x's type, and broadcast to [4]",
                () -> Normalizations.batchNorm(x, weight, doubles, 1e-5));
        refused(
                "instance_norm: x is tensor 'w' ([4] F32 on reference): it must be"
                        + " batch×channels×…",
                () -> Normalizations.instanceNorm(weight, null, null, 1e-5));
        assertThrows(
                ShapeException.class,
                () -> Normalizations.layerNorm(x.to(DType.I32), -1, null, null, 1e-5));
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Normalizations.rmsNorm(x, -1, null, -1));
        assertEquals("rms_norm: eps is -1.0: it must be a number of 0 or more", error.getMessage());
    }
}

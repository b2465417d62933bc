package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.function.UnaryOperator;

/** Attention over many keys, with dropout, with a past, and what it refuses. */
class AttentionTest {
    private static final AttentionOptions PLAIN = AttentionOptions.defaults();

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor normal(long seed, long... dims) {
        return device.random(seed).normal(DType.F64, 0, 1, dims);
    }

    /** The result and the gradients of q, k and v. */
    private double[][] results(UnaryOperator<Tensor[]> attend, Tensor... operands) {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            for (Tensor x : operands) {
                tape.watch(x);
            }
            Tensor y = attend.apply(operands)[0];
            Gradients gradients = tape.gradients(y, normal(9, y.shape().toArray()));
            double[][] all = new double[operands.length + 1][];
            all[0] = y.toDoubleArray();
            for (int i = 0; i < operands.length; i++) {
                all[i + 1] = gradients.of(operands[i]).toDoubleArray();
            }
            return all;
        }
    }

    /** Beyond 1024 keys queries are taken in blocks, and weights are computed again. */
    @Test
    void blocksGiveWhatTheWholeGives() {
        long keys = 1100;
        Tensor q = normal(1, 1, 2, 150, 3);
        Tensor k = normal(2, 1, 1, keys, 3);
        Tensor v = normal(3, 1, 1, keys, 2);
        Tensor future = device.ones(DType.BOOL, 150, keys).triu((int) keys - 150 + 1);
        double[][] blocks =
                results(
                        x -> new Tensor[] {Attention.attend(x[0], x[1], x[2], PLAIN.causal(true))},
                        q,
                        k,
                        v);
        double[][] whole =
                results(
                        x -> {
                            Tensor scores = x[0].matmul(x[1].transpose()).mul(1 / Math.sqrt(3));
                            Tensor seen = scores.maskedFill(future, Double.NEGATIVE_INFINITY);
                            return new Tensor[] {seen.softmax(-1).matmul(x[2])};
                        },
                        q,
                        k,
                        v);
        for (int i = 0; i < whole.length; i++) {
            assertArrayEquals(whole[i], blocks[i], 1e-10);
        }
    }

    /** What was dropped has no gradient, and what stayed counts more. */
    @Test
    void dropoutDropsWeights() {
        Tensor q = device.zeros(DType.F64, 1, 1, 1, 1);
        Tensor k = device.zeros(DType.F64, 1, 1, 64, 1);
        Tensor v = device.ones(DType.F64, 1, 1, 64, 1);
        DropoutState state = new DropoutState(device, 3);
        double[][] all =
                results(
                        x ->
                                new Tensor[] {
                                    Attention.attend(x[0], x[1], x[2], PLAIN.dropout(0.5, state))
                                },
                        q,
                        k,
                        v);
        double dy = normal(9, 1, 1, 1, 1).item();
        int stayed = 0;
        for (double gradient : all[3]) {
            stayed += gradient == 0 ? 0 : 1;
            assertTrue(gradient == 0 || Math.abs(gradient - dy / 32) < 1e-12);
        }
        assertEquals(stayed / 32.0, all[0][0], 1e-12);
        assertTrue(stayed > 16 && stayed < 48);
    }

    @Test
    void aPastStandsBeforeWhatIsNew() {
        Tensor x = normal(4, 1, 2, 6, 3);
        Tensor whole = Attention.attend(x, x, x, PLAIN.causal(true));
        Tensor past = x.slice(2, 0, 4);
        Tensor all = Tensor.concat(2, past, x.slice(2, 4, 6));
        Tensor rest = Attention.attend(x.slice(2, 4, 6), all, all, PLAIN.causal(true));
        assertArrayEquals(
                whole.slice(2, 4, 6).contiguous().toDoubleArray(), rest.toDoubleArray(), 1e-12);
    }

    @Test
    void whatIsRefused() {
        Tensor q = device.ones(2, 4, 3, 5).named("q");
        Tensor k = device.ones(2, 2, 6, 5).named("k");
        Tensor mask = device.ones(DType.BOOL, 3, 5).named("m");
        var error =
                assertThrows(
                        ShapeException.class, () -> Attention.attend(q, k, k, PLAIN.mask(mask)));
        assertTrue(error.toString().contains("the mask is tensor 'm' (3x5 BOOL"), error.toString());
        assertTrue(error.toString().endsWith("batch×heads×queries×keys, 2x4x3x6"));
        Tensor three = device.ones(2, 3, 6, 5);
        assertThrows(ShapeException.class, () -> Attention.attend(q, three, three, PLAIN));
        assertThrows(ShapeException.class, () -> Attention.attend(q, k, k.slice(2, 0, 5), PLAIN));
        assertThrows(
                ShapeException.class,
                () -> Attention.attend(q, k, k, PLAIN.mask(device.ones(DType.I32, 3, 6))));
        assertThrows(IllegalArgumentException.class, () -> PLAIN.softcap(-1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AttentionOptions(null, false, 1, 0, 0.5, null));
    }
}

package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.KernelCall;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

/** Matrix products of every layout and length, against sums of products in double. */
class ProductsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** Small whole numbers, whose sums are exact. */
    private Tensor draw(long... dims) {
        float[] values = new float[(int) Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(7) - 3f;
        }
        return device.tensor(values, dims);
    }

    /** The product of a matrix m×k and one k×n, both in row-major order. */
    private static double[] product(double[] a, double[] b, int m, int k, int n) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int l = 0; l < k; l++) {
                    c[i * n + j] += a[i * k + l] * b[l * n + j];
                }
            }
        }
        return c;
    }

    private static double[] values(Tensor x) {
        return x.contiguous().toDoubleArray();
    }

    private static void expectProduct(Tensor a, Tensor b, Tensor c) {
        int m = (int) a.dim(0);
        int k = (int) a.dim(1);
        int n = (int) b.dim(1);
        assertEquals(Shape.of(m, n), c.shape());
        assertArrayEquals(product(values(a), values(b), m, k, n), values(c));
    }

    @Test
    void everyLayoutOfAMatrix() {
        Tensor[] a = {
            draw(3, 5),
            draw(5, 3).transpose(),
            draw(6, 10).slice(0, 0, 6, 2).slice(1, 0, 10, 2),
            draw(3, 1).expand(3, 5),
            draw(1, 5).expand(3, 5)
        };
        Tensor[] b = {
            draw(5, 4),
            draw(4, 5).transpose(),
            draw(10, 8).slice(0, 1, 10, 2).slice(1, 1, 8, 2),
            draw(1, 1).expand(5, 4)
        };
        for (Tensor left : a) {
            for (Tensor right : b) {
                expectProduct(left, right, left.matmul(right));
                expectProduct(
                        left, right, left.linear(right.transpose(), null, Activation.IDENTITY));
            }
        }
    }

    @Test
    void vectorsAreRowsAndColumns() {
        Tensor matrix = draw(3, 4);
        Tensor batch = draw(2, 3, 4);
        Tensor three = draw(3);
        Tensor four = draw(8).slice(0, 0, 8, 2);
        assertArrayEquals(
                product(values(matrix), values(four), 3, 4, 1), values(matrix.matmul(four)));
        assertArrayEquals(
                product(values(three), values(matrix), 1, 3, 4), values(three.matmul(matrix)));
        assertArrayEquals(product(values(four), values(four), 1, 4, 1), values(four.matmul(four)));
        assertEquals(Shape.SCALAR, four.matmul(four).shape());
        assertEquals(Shape.of(2, 3), batch.matmul(four).shape());
        assertArrayEquals(
                product(values(batch), values(four), 6, 4, 1), values(batch.matmul(four)));
        assertEquals(Shape.of(2, 4), three.matmul(batch).shape());
        Tensor second = batch.slice(0, 1, 2, 1).reshape(3, 4);
        assertArrayEquals(
                values(three.matmul(second)),
                values(three.matmul(batch).slice(0, 1, 2, 1).reshape(4)));
    }

    /** Each matrix of a broadcast batch is the product of its own two. */
    private static void expectBatches(Tensor a, Tensor b) {
        Tensor c = a.matmul(b);
        long[] dims = c.shape().toArray();
        long[] batch = Arrays.copyOf(dims, dims.length - 2);
        Tensor left = expand(a, batch);
        Tensor right = expand(b, batch);
        int m = (int) left.dim(-2);
        int k = (int) left.dim(-1);
        int n = (int) right.dim(-1);
        double[] all = values(c);
        double[] as = values(left);
        double[] bs = values(right);
        for (int i = 0; i < all.length / (m * n); i++) {
            assertArrayEquals(
                    product(
                            Arrays.copyOfRange(as, i * m * k, (i + 1) * m * k),
                            Arrays.copyOfRange(bs, i * k * n, (i + 1) * k * n),
                            m,
                            k,
                            n),
                    Arrays.copyOfRange(all, i * m * n, (i + 1) * m * n),
                    a + " by " + b + ", batch " + i);
        }
    }

    private static Tensor expand(Tensor x, long[] batch) {
        long[] dims = Arrays.copyOf(batch, batch.length + 2);
        dims[batch.length] = x.dim(-2);
        dims[batch.length + 1] = x.dim(-1);
        return x.expand(dims);
    }

    @Test
    void batchesBroadcast() {
        expectBatches(draw(2, 3, 4), draw(2, 4, 2));
        expectBatches(draw(2, 3, 4), draw(4, 2));
        expectBatches(draw(3, 4), draw(5, 4, 2));
        expectBatches(draw(2, 1, 3, 4), draw(3, 4, 2));
        // Batch axes that no one stride walks.
        expectBatches(draw(2, 1, 3, 4), draw(1, 3, 4, 2));
        expectBatches(draw(3, 2, 4, 5).permute(1, 0, 2, 3), draw(2, 3, 5, 2));
        expectBatches(draw(2, 4, 3, 5).slice(1, 0, 4, 2), draw(2, 2, 5, 1));
        expectBatches(draw(2, 3, 8).slice(2, 0, 8, 2), draw(4, 2).transpose().transpose());
        expectBatches(draw(2, 1, 2, 3, 4).slice(0, 1, 2, 1), draw(1, 1, 2, 4, 3));
    }

    /** What a kernel would add in a row is cut: a rest, a batch, a bias, an activation. */
    @ParameterizedTest
    @CsvSource({"0", "1", "511", "512", "513"})
    void longDepths(int beyond) {
        int k = KernelCall.MOST_DEPTH + beyond;
        Tensor a = draw(2, k);
        Tensor b = draw(k, 3);
        expectProduct(a, b, a.matmul(b));
        expectProduct(a, b, draw(k, 2).transpose().mul(0).add(a).matmul(b));
        expectBatches(draw(2, 2, k), draw(2, k, 2));
        expectBatches(draw(2, 1, k), draw(k, 2));
        Tensor bias = draw(3);
        double[] expected = product(values(a), values(b), 2, k, 3);
        double[] biases = values(bias);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.max(0, expected[i] + biases[i % 3]);
        }
        assertArrayEquals(expected, values(a.linear(b.transpose(), bias, Activation.RELU)));
    }

    /** More parts than one batch has: the sum of two products. */
    @Test
    void depthsOfMoreThanOneBatchOfParts() {
        long k = (1 << 24) + 1025;
        Tensor one = device.ones(1, 1);
        Tensor two = device.full(2, Shape.of(1, 1));
        assertEquals(2.0 * k, one.expand(1, k).matmul(two.expand(k, 1)).item());
    }

    @Test
    void gradientsOfALongDepth() {
        int k = KernelCall.MOST_DEPTH + 3;
        Tensor a = draw(1, k);
        Tensor b = draw(k, 1);
        try (Tape tape = new Tape(device)) {
            tape.watch(a);
            tape.watch(b);
            Gradients gradients = tape.gradients(a.matmul(b).sum());
            assertArrayEquals(values(b), values(gradients.of(a)));
            assertArrayEquals(values(a), values(gradients.of(b)));
        }
    }

    @Test
    void onlyFloatsOfOneDevice() {
        Tensor x = device.ones(2, 2);
        Tensor whole = device.tensor(new int[4], 2, 2);
        String message =
                "%s: a is tensor (2x2 F32 on reference), b is tensor (2x2 I32 on reference): both"
                        + " must be of one floating type";
        assertEquals(
                message.formatted("matmul") + ", or U8 or I8",
                assertThrows(ShapeException.class, () -> x.matmul(whole)).getMessage());
        assertEquals(
                message.formatted("linear"),
                assertThrows(ShapeException.class, () -> x.linear(whole, null, Activation.IDENTITY))
                        .getMessage());
        assertEquals(
                message.formatted("linear").replace("2x2 I32", "[2] I32"),
                assertThrows(
                                ShapeException.class,
                                () -> x.linear(x, device.tensor(new int[2]), Activation.IDENTITY))
                        .getMessage());
        assertThrows(
                ShapeException.class, () -> device.ones(2).linear(x, null, Activation.IDENTITY));
        assertThrows(
                ShapeException.class, () -> x.linear(device.ones(2), null, Activation.IDENTITY));
        assertThrows(
                ShapeException.class, () -> x.linear(x, device.ones(2, 1), Activation.IDENTITY));
    }
}

package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Mini-batches: every example once in each pass, with its own label. */
class InMemoryBatchesTest {
    private static final Normalization NONE = new Normalization(0, 1 / 255.0);

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** Example i is the pixels i, 2i and has the class i % 3. */
    private static Dataset data(int size) {
        byte[] pixels = new byte[2 * size];
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            pixels[2 * i] = (byte) i;
            pixels[2 * i + 1] = (byte) (2 * i);
            labels[i] = i % 3;
        }
        return new Dataset(pixels, 1, 2, labels, 3, "test");
    }

    /** The examples of a pass in its order; checks what belongs to each on the way. */
    private List<Integer> pass(Batches batches, long seed, int epoch) {
        batches.begin(seed, epoch);
        List<Integer> order = new ArrayList<>();
        for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
            try (Scope _ = device.scope()) {
                Batches.Batch batch = slot.batch();
                float[] images = batch.input().toFloatArray();
                int[] labels = batch.target().toIntArray();
                assertArrayEquals(images, slot.host().inputs().getFirst().floats());
                for (int row = 0; row < slot.size(); row++) {
                    int example = Math.round(images[2 * row]);
                    assertEquals(2 * example, Math.round(images[2 * row + 1]));
                    assertEquals(example % 3, labels[row]);
                    assertEquals(example % 3, slot.targets().getFirst().get(row));
                    order.add(example);
                }
            }
        }
        return order;
    }

    private static Batches.Slot next(Batches batches) {
        return Objects.requireNonNull(batches.next());
    }

    private Batches batches(int size, int batch) {
        return new InMemoryBatches(device, data(size).examples(NONE), batch);
    }

    @Test
    void aPassHasEveryExampleOnceAndTheLastBatchIsShort() {
        Batches batches = batches(50, 16);
        assertEquals(4, batches.count().orElseThrow());
        assertEquals(50, batches.size().orElseThrow());
        batches.begin(0, 0);
        batches.skip(2);
        Batches.Slot third = next(batches);
        assertEquals(Shape.of(16, 2), third.batch().input().shape());
        assertEquals(32, third.host().inputs().getFirst().get(0), 1e-5);
        assertEquals(Shape.of(2, 2), next(batches).batch().input().shape());
        assertNull(batches.next());
        List<Integer> plain = pass(batches, 1, 0);
        for (int i = 0; i < 50; i++) {
            assertEquals(i, plain.get(i));
        }
        List<Integer> shuffled = pass(batches, 1, 1);
        assertNotEquals(plain, shuffled);
        assertEquals(new HashSet<>(plain), new HashSet<>(shuffled));
        assertEquals(plain, pass(batches, 2, 0));
    }

    /** Captured steps read from it. */
    @Test
    void batchesOfOneShapeHaveOneSlot() {
        Batches batches = batches(50, 16);
        batches.begin(1, 1);
        Batches.Slot first = next(batches);
        assertSame(first, next(batches));
        batches.skip(1);
        assertNotSame(first, next(batches));
        batches.begin(1, 2);
        assertSame(first, next(batches));
        assertThrows(IndexOutOfBoundsException.class, () -> batches.skip(5));
    }

    @Test
    void examplesHaveWeights() {
        Examples plain = data(3).examples(NONE);
        HostArray weights = HostArray.of(new float[] {1, 2, 3}, 3);
        Examples weighted = new Examples(plain.inputs(), plain.targets(), weights);
        Batches batches = new InMemoryBatches(device, weighted, 2);
        batches.begin(0, 0);
        assertArrayEquals(
                new float[] {1, 2},
                Objects.requireNonNull(next(batches).batch().weights()).toFloatArray());
        assertArrayEquals(
                new float[] {3},
                Objects.requireNonNull(next(batches).batch().weights()).toFloatArray());
        assertThrows(
                IllegalArgumentException.class,
                () -> new Examples(plain.inputs(), plain.targets(), weights.slice(0, 2)));
    }

    @Test
    void theOrderIsAFunctionOfSeedAndEpoch() {
        Batches batches = new InMemoryBatches(device, data(50).examples(NONE), 16);
        List<Integer> first = pass(batches, 7, 1);
        List<Integer> second = pass(batches, 7, 2);
        assertNotEquals(first, second);
        assertNotEquals(first, pass(batches, 8, 1));
        Batches others = new InMemoryBatches(device, data(50).examples(NONE), 16);
        assertEquals(second, pass(others, 7, 2), "whatever was shuffled before");
    }

    @Test
    void oneHotRows() {
        Batches batches = new InMemoryBatches(device, data(4).oneHotExamples(NONE), 4);
        batches.begin(0, 0);
        assertArrayEquals(
                new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0},
                next(batches).batch().target().toFloatArray());
    }

    @Test
    void aBatchMayBeLargerThanTheData() {
        Batches batches = new InMemoryBatches(device, data(5).examples(NONE), 64);
        assertEquals(1, batches.count().orElseThrow());
        assertEquals(5, pass(batches, 0, 0).size());
        assertThrows(
                IllegalArgumentException.class,
                () -> new InMemoryBatches(device, data(5).examples(NONE), 0));
    }

    @Test
    void normalizationMakesMeanZeroAndDeviationOne() {
        Dataset digits = GeneratedDigits.generate(100, 4);
        Normalization normalization = Normalization.of(digits);
        float[] values = normalization.apply(digits.allPixels());
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        assertEquals(0, sum / values.length, 1e-6);
        assertEquals(1, squares / values.length, 1e-5);
        byte[] grey = new byte[20];
        Arrays.fill(grey, (byte) 128);
        Normalization flat = Normalization.of(new Dataset(grey, 2, 5, new int[2], 1, "flat"));
        assertEquals(new Normalization(128 / 255.0, 1), flat);
    }

    @Test
    void theLastBatchMayHaveOneExampleAndADataSetNotNone() {
        Batches batches = new InMemoryBatches(device, data(5).examples(NONE), 2);
        assertEquals(3, batches.count().orElseThrow());
        batches.begin(0, 0);
        batches.skip(2);
        assertEquals(1, next(batches).size());
        Batches all = batches(5, Integer.MAX_VALUE);
        all.begin(0, 0);
        assertEquals(5, next(all).size());
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new InMemoryBatches(device, data(0).examples(NONE), 2));
        assertEquals("test: holds no examples", e.getMessage());
    }

    @Test
    void ordersUseAllBitsOfTheSeed() {
        Batches batches = new InMemoryBatches(device, data(50).examples(NONE), 16);
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed : new long[] {1, 1L << 32 | 1, 1L << 53 | 1, Long.MIN_VALUE | 1}) {
            orders.add(pass(batches, seed, 1));
        }
        assertEquals(4, orders.size());
    }

    @Test
    void normalizationIsOfPixelsOver255() {
        Normalization scale = new Normalization(0.25, 0.5);
        assertArrayEquals(
                new float[] {-0.5f, (float) ((51 / 255.0 - 0.25) / 0.5), 1.5f},
                scale.apply(new byte[] {0, 51, (byte) 255}));
        byte[] pixels = {0, (byte) 255, (byte) 255, 0};
        assertEquals(
                new Normalization(0.5, 0.5),
                Normalization.of(new Dataset(pixels, 1, 2, new int[2], 1, "two levels")));
    }

    @Test
    void normalizationRefusesWhatMakesPixelsInfinite() {
        double[][] bad = {
            {0.5, 0},
            {0.5, -1},
            {0.5, Double.NaN},
            {0.5, 1 / 0.0},
            {Double.NaN, 1},
            {1 / 0.0, 1},
            {1e308, 1},
            {0, 1e-39},
            {1, 1e-39}
        };
        for (double[] pair : bad) {
            assertThrows(IllegalArgumentException.class, () -> new Normalization(pair[0], pair[1]));
        }
        assertEquals(1e38f, new Normalization(0, 1e-38).apply(new byte[] {-1})[0], 1e31f);
    }

    @Test
    void aSplitKeepsTheLastForTheTest() {
        Split split = Split.last(data(5), 2);
        assertEquals(3, split.train().size());
        assertArrayEquals(new byte[] {2, 4}, split.train().pixels(2));
        assertArrayEquals(new byte[] {3, 6}, split.test().pixels(0));
        assertArrayEquals(new int[] {0, 1}, split.test().labels());
        assertEquals(1, Split.last(data(2), 1).train().size());
        for (int count : new int[] {0, 5, -1}) {
            assertThrows(IllegalArgumentException.class, () -> Split.last(data(5), count));
        }
        Dataset[] others = {
            new Dataset(new byte[2], 2, 1, new int[1], 3, "high"),
            new Dataset(new byte[3], 1, 3, new int[1], 3, "wide"),
            new Dataset(new byte[2], 1, 2, new int[1], 4, "more classes"),
        };
        for (Dataset other : others) {
            assertThrows(IllegalArgumentException.class, () -> new Split(data(5), other));
        }
    }

    @Test
    void aDataSetRefusesWhatDoesNotFit() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dataset(new byte[11], 2, 3, new int[2], 10, "short"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dataset(new byte[2], 1, 1, new int[] {0, 10}, 10, "label"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dataset(new byte[6], -2, -3, new int[1], 10, "negative"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dataset(new byte[0], 1 << 16, 1 << 16, new int[0], 10, "large"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dataset(new byte[0], 1, 1, new int[0], 0, "no classes"));
        assertThrows(IllegalArgumentException.class, () -> data(5).part(3, 6));
        assertThrows(IllegalArgumentException.class, () -> data(5).part(-1, 2));
        assertThrows(IllegalArgumentException.class, () -> data(5).part(3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> data(5).pixels(5));
        assertThrows(IndexOutOfBoundsException.class, () -> data(5).pixels(-1));
        assertEquals(0, data(5).part(5, 5).size());
        assertEquals(2, data(5).part(3, 5).size());
        assertArrayEquals(new byte[] {4, 8}, data(5).part(3, 5).pixels(1));
    }
}

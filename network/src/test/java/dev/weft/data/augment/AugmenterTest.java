package dev.weft.data.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.Feed;
import dev.weft.data.IndexedSource;
import dev.weft.data.ShuffleBuffer;
import dev.weft.data.Source;
import dev.weft.data.StreamedBatches;
import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Examples augmented and mixed: a function of seed, epoch and number, with soft targets. */
class AugmenterTest {
    private static final Augmentation NOTHING = (x, shape, random) -> {};

    /** So many 1×4×4 images, image i all i + 1, of class i % 3. */
    private static Examples images(int count) {
        float[] x = new float[count * 16];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            Arrays.fill(x, i * 16, i * 16 + 16, i + 1);
            labels[i] = i % 3;
        }
        return Examples.of(HostArray.of(x, count, 1, 4, 4), HostArray.of(labels, count));
    }

    /** What each example of a pass becomes, by its place in the pass. */
    private static List<String> pass(Feed feed, int batch, int threads, Augmenter augmenter) {
        List<String> seen = new ArrayList<>();
        try (Device device = Devices.open("reference");
                Scope _ = device.scope();
                Batches batches = new StreamedBatches(device, feed, batch, threads, augmenter)) {
            batches.begin(11, 2);
            for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
                for (int i = 0; i < slot.size(); i++) {
                    seen.add(
                            Arrays.toString(
                                            slot.host()
                                                    .inputs()
                                                    .getFirst()
                                                    .slice(i, i + 1)
                                                    .floats())
                                    + Arrays.toString(
                                            slot.targets().getFirst().slice(i, i + 1).floats()));
                }
            }
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPassIsTheSameWhateverTheThreadsAndBatches(boolean buffered) {
        Feed feed =
                buffered
                        ? new ShuffleBuffer(Source.of(images(29)), 8)
                        : Feed.of(IndexedSource.of(images(29)));
        Augmenter augmenter =
                new Augmenter(
                        ImageAugmentations.shift(0.3).then(ImageAugmentations.noise(0.1)),
                        Mixture.cutmix(1),
                        3);
        List<String> expected = pass(feed, 29, 1, augmenter);
        assertEquals(29, expected.stream().distinct().count());
        for (int threads : new int[] {1, 2, 4}) {
            for (int batch : new int[] {1, 5, 8}) {
                assertEquals(expected, pass(feed, batch, threads, augmenter));
            }
        }
    }

    @Test
    void anExampleIsAFunctionOfSeedEpochAndNumber() {
        Augmenter noise = new Augmenter(ImageAugmentations.noise(1));
        Examples one = images(1);
        TreeMap<Float, String> seen = new TreeMap<>();
        for (long seed : new long[] {1, 2, 1L << 40}) {
            for (int epoch : new int[] {1, 2}) {
                for (long number : new long[] {0, 1, 1L << 32, (1L << 32) + 1}) {
                    long[] numbers = {number};
                    float[] x = noise.apply(one, numbers, seed, epoch).inputs().getFirst().floats();
                    assertArrayEquals(
                            x, noise.apply(one, numbers, seed, epoch).inputs().getFirst().floats());
                    seen.put(x[0], seed + " " + epoch + " " + number);
                }
            }
        }
        assertEquals(24, seen.size());
        assertEquals(1, one.inputs().getFirst().get(0), "what was given stays");
    }

    @Test
    void classesThatAreMixedBecomeWeights() {
        Augmenter mixup = new Augmenter(NOTHING, Mixture.mixup(1), 3);
        assertTrue(mixup.takesOneBefore());
        Examples mixed = mixup.apply(images(4), new long[] {0, 1, 2, 3}, 5, 1);
        assertEquals(3, mixed.size());
        HostArray targets = mixed.targets().getFirst();
        assertEquals(Shape.of(3, 3), targets.shape());
        assertEquals(DType.F32, targets.dtype());
        for (int i = 0; i < 3; i++) {
            int mine = (i + 1) % 3;
            double share = targets.get(i * 3L + mine);
            assertEquals(1 - share, targets.get(i * 3L + i), 1e-6);
            assertEquals(0, targets.get(i * 3L + (i + 2) % 3));
            assertTrue(share > 0 && share < 1);
            // Image i + 1 is all i + 2, the one before it i + 1.
            assertEquals(i + 1 + share, mixed.inputs().getFirst().get(i * 16L + 5), 1e-5);
        }
        Examples alike = mixup.apply(images(1).select(new int[] {0, 0}), new long[2], 5, 1);
        assertArrayEquals(new float[] {1, 0, 0}, alike.targets().getFirst().floats(), 1e-6f);
    }

    @Test
    void aRectangleIsMixedInByItsArea() {
        Augmenter cutmix = new Augmenter(NOTHING, Mixture.cutmix(1), 3);
        boolean[] seen = new boolean[17];
        for (int seed = 0; seed < 500; seed++) {
            Examples mixed = cutmix.apply(images(2), new long[] {0, 1}, seed, 1);
            int cut = 0;
            for (float pixel : mixed.inputs().getFirst().floats()) {
                assertTrue(pixel == 1 || pixel == 2);
                cut += pixel == 1 ? 1 : 0;
            }
            assertEquals(cut / 16.0, mixed.targets().getFirst().get(0), 1e-6);
            seen[cut] = true;
        }
        assertTrue(seen[0] && seen[1] && seen[4] && seen[9] && seen[16], Arrays.toString(seen));
    }

    @Test
    void floatingTargetsAreMixedAsTheyAre() {
        Examples two =
                new Examples(
                        List.of(HostArray.of(new float[] {0, 10}, 2, 1)),
                        List.of(HostArray.of(new float[] {1, 2, 3, 4}, 2, 2)),
                        HostArray.of(new float[] {5, 6}, 2));
        Examples mixed =
                new Augmenter(NOTHING, Mixture.mixup(0.5), 0).apply(two, new long[2], 1, 1);
        double share = mixed.inputs().getFirst().get(0) / 10;
        assertEquals(1 + 2 * share, mixed.targets().getFirst().get(0), 1e-5);
        assertEquals(2 + 2 * share, mixed.targets().getFirst().get(1), 1e-5);
        HostArray weights = mixed.weights();
        assertEquals(6, weights == null ? 0 : weights.get(0), "its own");
    }

    @Test
    void aTablesNumbersAreSwappedAndItsTargetsStay() {
        int columns = 2000;
        float[] x = new float[2 * columns];
        Arrays.fill(x, columns, 2 * columns, 1);
        Examples two = Examples.of(HostArray.of(x, 2, columns), HostArray.of(new int[] {0, 1}, 2));
        Examples mixed =
                new Augmenter(NOTHING, Mixture.swap(0.15), 0).apply(two, new long[2], 1, 1);
        int swapped = 0;
        for (float value : mixed.inputs().getFirst().floats()) {
            swapped += value == 0 ? 1 : 0;
        }
        assertEquals(300, swapped, 60);
        assertEquals(DType.I32, mixed.targets().getFirst().dtype());
        assertEquals(1, mixed.targets().getFirst().get(0));
    }

    @Test
    void noiseIsForTheColumnsThatAreNamed() {
        float[] x = {1, 2, 3};
        TableAugmentations.noise(1, 0, 2).apply(x, Shape.of(3), new Philox(1));
        assertTrue(x[0] != 1 && x[1] == 2 && x[2] != 3, Arrays.toString(x));
        TableAugmentations.noise(1).apply(x, Shape.of(3), new Philox(1));
        assertTrue(x[1] != 2);
        String message =
                assertThrows(
                                        IllegalArgumentException.class,
                                        () ->
                                                TableAugmentations.noise(1, 3)
                                                        .apply(x, Shape.of(3), new Philox(1)))
                                .getMessage()
                        + "";
        assertTrue(message.contains("[3], and has no number 3"), message);
    }

    @Test
    void tokensAreDroppedAndSwappedBeforeThePadding() {
        int[] tokens = {5, 6, 7, 8, 9, 0, 0};
        Examples text = Examples.of(HostArray.of(tokens, 1, 7), HostArray.of(new int[] {1}, 1));
        int dropped = 0;
        for (int seed = 0; seed < 400; seed++) {
            HostArray fewer =
                    new Augmenter(TextAugmentations.drop(0.3, 0))
                            .apply(text, new long[1], seed, 1)
                            .inputs()
                            .getFirst();
            assertEquals(DType.I32, fewer.dtype());
            assertEquals(Shape.of(1, 7), fewer.shape());
            int kept = 0;
            while (fewer.get(kept) != 0) {
                assertTrue(kept == 0 || fewer.get(kept) > fewer.get(kept - 1), "in their order");
                kept++;
            }
            for (int i = kept; i < 7; i++) {
                assertEquals(0, fewer.get(i));
            }
            assertTrue(kept > 0);
            dropped += 5 - kept;
        }
        assertEquals(0.3 * 4 * 400, dropped, 60);
        float[] all = {5, 6, 7, 8, 9, 0, 0};
        TextAugmentations.drop(1, 0).apply(all, Shape.of(7), new Philox(1));
        assertTrue(all[0] >= 5 && all[1] == 0, "one stays");
        float[] swapped = {5, 6, 7, 8, 9, 0, 0};
        TextAugmentations.swap(1, 0).apply(swapped, Shape.of(7), new Philox(1));
        assertArrayEquals(new float[] {6, 7, 8, 9, 5, 0, 0}, swapped);
        TextAugmentations.swap(0, 0).apply(swapped, Shape.of(7), new Philox(1));
        assertArrayEquals(new float[] {6, 7, 8, 9, 5, 0, 0}, swapped);
        float[] none = {0, 0};
        TextAugmentations.drop(1, 0).apply(none, Shape.of(2), new Philox(1));
        assertArrayEquals(new float[2], none);
    }

    /** Mean 1/2, and variance 1 / (4 (2α + 1)). */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 1, 4})
    void sharesAreOfBeta(double alpha) {
        Philox random = new Philox(1);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20_000; i++) {
            double share = Draws.beta(random, alpha);
            assertTrue(share >= 0 && share <= 1);
            sum += share;
            squares += (share - 0.5) * (share - 0.5);
        }
        assertEquals(0.5, sum / 20_000, 0.015);
        assertEquals(1 / (4 * (2 * alpha + 1)), squares / 20_000, 0.004);
    }

    @Test
    void whatCannotBeAugmentedIsSaid() {
        Augmenter alone = new Augmenter(NOTHING);
        assertFalse(alone.takesOneBefore());
        Examples bytes = Examples.of(HostArray.of(new byte[2], 2), HostArray.of(new int[2], 2));
        assertThrows(IllegalArgumentException.class, () -> alone.apply(bytes, new long[2], 1, 1));
        Augmenter mixup = new Augmenter(NOTHING, Mixture.mixup(1), 0);
        String message =
                assertThrows(
                                        IllegalArgumentException.class,
                                        () -> mixup.apply(images(2), new long[2], 1, 1))
                                .getMessage()
                        + "";
        assertTrue(message.contains("I32 [2]"), message);
        Augmenter two = new Augmenter(NOTHING, Mixture.mixup(1), 2);
        assertThrows(IllegalArgumentException.class, () -> two.apply(images(3), new long[3], 1, 1));
        assertThrows(IllegalArgumentException.class, () -> Mixture.mixup(0));
        assertThrows(IllegalArgumentException.class, () -> Mixture.cutmix(-1));
        assertThrows(IllegalArgumentException.class, () -> Mixture.swap(1.5));
        assertThrows(IllegalArgumentException.class, () -> NOTHING.sometimes(2));
    }
}

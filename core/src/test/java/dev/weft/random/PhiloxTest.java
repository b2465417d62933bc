package dev.weft.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class PhiloxTest {
    /**
     * Random123's known answers for philox4x32 with 10 rounds: counters and keys of 0 and of ~0.
     */
    @Test
    void knownAnswers() {
        int[] out = new int[4];
        Philox.block(0, 0, 0, 0, 0, 0, out);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, out);
        Philox.block(-1, -1, -1, -1, -1, -1, out);
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, out);
    }

    @Test
    void theStreamIsMadeOfBlocks() {
        Philox stream = new Philox(0x1122_3344_5566_7788L, 0xFFFF_FFFFL);
        int[] words = new int[8];
        Arrays.setAll(words, _ -> stream.nextInt());
        int[] block = new int[4];
        Philox.block(0x5566_7788, 0x1122_3344, -1, 0, 0, 0, block);
        assertArrayEquals(block, Arrays.copyOf(words, 4));
        // The block number's carry.
        Philox.block(0x5566_7788, 0x1122_3344, 0, 1, 0, 0, block);
        assertArrayEquals(block, Arrays.copyOfRange(words, 4, 8));
    }

    @Test
    void boundedNumbersAreUniform() {
        Philox random = new Philox(1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[random.nextInt(7)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 400);
        }
        assertEquals(0, random.nextInt(1));
        assertTrue(random.nextInt(Integer.MAX_VALUE) >= 0);
        assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
    }

    @Test
    void moments() {
        Philox random = new Philox(2);
        int n = 100_000;
        double uniform = 0;
        double normal = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            float f = random.nextFloat();
            double d = random.nextDouble();
            assertTrue(f >= 0 && f < 1 && d >= 0 && d < 1);
            uniform += f + d;
            double g = random.nextGaussian();
            normal += g;
            square += g * g;
        }
        assertEquals(1, uniform / n, 0.01);
        assertEquals(0, normal / n, 0.02);
        assertEquals(1, square / n, 0.02);
    }

    @Test
    void permutationsHoldEveryNumberOnce() {
        int[] order = new Philox(3).permutation(1000);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            assertEquals(i, sorted[i]);
        }
        assertArrayEquals(order, new Philox(3).permutation(1000));
        assertNotEquals(order[0], new Philox(4).permutation(1000)[0]);
        assertEquals(0, new Philox(3).permutation(0).length);
    }

    @Test
    void purposesHaveStreamsOfTheirOwn() {
        assertEquals(Philox.stream(5, 1).key(), Philox.stream(5, 1).key());
        assertNotEquals(Philox.stream(5, 1).key(), Philox.stream(5, 2).key());
        assertNotEquals(Philox.stream(5, 1).key(), Philox.stream(6, 1).key());
    }

    /** The purpose is a counter's first word, and its last word no ordinary stream reaches. */
    @Test
    void aPurposesKeyIsDrawnFarAway() {
        int[] block = new int[4];
        Philox.block(0x5566_7788, 0x1122_3344, 9, 0, 0, 0x8000_0000, block);
        long key = (block[0] & 0xFFFF_FFFFL) | ((long) block[1] << 32);
        assertEquals(key, Philox.stream(0x1122_3344_5566_7788L, 9).key());
    }

    @Test
    void doublesAreMadeOfTwoWords() {
        Philox words = new Philox(8);
        Philox doubles = new Philox(8);
        for (int i = 0; i < 10; i++) {
            long high = (words.nextInt() & 0xFFFF_FFFFL) >> 5;
            long low = (words.nextInt() & 0xFFFF_FFFFL) >> 6;
            assertEquals(((high << 26) + low) / 0x1p53, doubles.nextDouble());
        }
    }

    /** Of a bound that does not divide 2^32, a quarter of the words is drawn again. */
    @Test
    void largeBoundsHaveNoBias() {
        Philox random = new Philox(5);
        int[] counts = new int[3];
        for (int i = 0; i < 30_000; i++) {
            counts[random.nextInt(3 << 29) % 3]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 400);
        }
    }
}

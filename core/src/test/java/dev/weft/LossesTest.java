package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Losses with options and weights, on numbers that a reader can follow, and what they refuse. */
class LossesTest {
    private static final double LN2 = Math.log(2);

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    /** Two classes: even odds, 3 to 1, 1 to 3. */
    private final Tensor logits =
            device.tensor(new double[] {5, 5, Math.log(3), 0, 0, Math.log(3)}, 3, 2);

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    private static void refused(String message, Executable call) {
        String text =
                String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(text.contains(message), text);
    }

    private double mean(Tensor target, CrossEntropyOptions options) {
        return Losses.crossEntropy(logits, target, options, Reduction.MEAN).item();
    }

    @Test
    void crossEntropyWithWeights() {
        Tensor labels = device.tensor(new int[] {0, 0, 1});
        double likely = Math.log(4.0 / 3);
        CrossEntropyOptions none = CrossEntropyOptions.NONE;
        assertEquals((LN2 + 2 * likely) / 3, mean(labels, none), 1e-15);
        Tensor ofClasses = device.tensor(new double[] {3, 1});
        double weighted = (3 * LN2 + 3 * likely + likely) / 7;
        assertEquals(weighted, mean(labels, none.classWeights(ofClasses)), 1e-15);
        Tensor ofExamples = device.tensor(new double[] {0, 2, 1});
        CrossEntropyOptions both = none.classWeights(ofClasses).exampleWeights(ofExamples);
        assertEquals((6 * likely + likely) / 7, mean(labels, both), 1e-15);
        Tensor some = device.tensor(new int[] {-1, 0, 1});
        assertEquals(likely, mean(some, none.ignoreIndex(-1)), 1e-15);
        assertArrayEquals(
                new double[] {0, likely, likely},
                Losses.crossEntropy(logits, some, none.ignoreIndex(-1), Reduction.NONE)
                        .toDoubleArray(),
                1e-15);
        Tensor nobody = device.tensor(new int[] {-1, -1, -1});
        assertTrue(Double.isNaN(mean(nobody, none.ignoreIndex(-1))));
    }

    @Test
    void smoothedLabelsAreSoftTargets() {
        Tensor labels = device.tensor(new int[] {0, 0, 1});
        CrossEntropyOptions smooth = CrossEntropyOptions.NONE.labelSmoothing(0.25);
        Tensor soft = device.tensor(new double[] {0.875, 0.125, 0.875, 0.125, 0.125, 0.875}, 3, 2);
        assertEquals(mean(soft, CrossEntropyOptions.NONE), mean(labels, smooth), 1e-15);
        // A soft target's mean is over all rows, whatever their classes weigh.
        Tensor weights = device.tensor(new double[] {2, 2});
        double plain = mean(soft, CrossEntropyOptions.NONE);
        assertEquals(2 * plain, mean(soft, CrossEntropyOptions.NONE.classWeights(weights)), 1e-15);
    }

    @Test
    void meansOverExamples() {
        Tensor losses = device.tensor(new double[] {1, 3, 10, 20}, 2, 2);
        Tensor weights = device.tensor(new double[] {3, 1});
        assertEquals((3 * 2 + 15) / 4.0, Losses.weightedMean(losses, weights).item());
        Tensor one = device.tensor(new double[] {4, 8});
        assertEquals((3 * 4 + 8) / 4.0, Losses.weightedMean(one, weights).item());
        refused(
                "needs one weight for each example",
                () -> Losses.weightedMean(losses, device.ones(DType.F64, 3)));
        refused(
                "needs one weight for each example",
                () -> Losses.weightedMean(losses, device.ones(2)));
    }

    @Test
    void quantiles() {
        Tensor x = device.tensor(new double[] {0, 0, 0});
        Tensor t = device.tensor(new double[] {1, -1, 0});
        assertArrayEquals(
                new double[] {0.75, 0.25, 0},
                Losses.quantile(x, t, 0.75, Reduction.NONE).toDoubleArray());
    }

    @Test
    void divergences() {
        Tensor half = device.full(DType.F64, -LN2, Shape.of(2, 2));
        Tensor t = device.tensor(new double[] {1, 0, 0.5, 0.5}, 2, 2);
        assertArrayEquals(
                new double[] {LN2, 0},
                Losses.klDivergence(half, t, Reduction.NONE).toDoubleArray(),
                1e-15);
        assertEquals(LN2 / 2, Losses.klDivergence(half, t, Reduction.MEAN).item(), 1e-15);
    }

    @Test
    void aVarianceIsAtLeastEps() {
        Tensor x = device.tensor(new double[] {1, 1});
        Tensor t = device.tensor(new double[] {1, 3});
        Tensor variance = device.tensor(new double[] {0, 4});
        assertArrayEquals(
                new double[] {Math.log(0.5) / 2, (Math.log(4) + 1) / 2},
                Losses.gaussianNll(x, t, variance, 0.5, Reduction.NONE).toDoubleArray(),
                1e-15);
    }

    @Test
    void embeddings() {
        Tensor a = device.tensor(new double[] {1, 0, 1, 0, 0, 2}, 3, 2);
        Tensor b = device.tensor(new double[] {3, 0, 0, 1, 0, 5}, 3, 2);
        Tensor together = device.tensor(new int[] {1, 1, -1});
        assertArrayEquals(
                new double[] {0, 1, 0.75},
                EmbeddingLosses.cosineEmbedding(a, b, together, 0.25, Reduction.NONE)
                        .toDoubleArray(),
                1e-15);
        Tensor order = device.tensor(new double[] {1, -1});
        Tensor first = device.tensor(new double[] {2, 2});
        Tensor second = device.tensor(new double[] {1, 1});
        assertArrayEquals(
                new double[] {0, 1.5},
                EmbeddingLosses.marginRanking(first, second, order, 0.5, Reduction.NONE)
                        .toDoubleArray());
        // Row 0's only likeness besides itself is row 1.
        Tensor pairs = device.tensor(new double[] {1, 0, 7, 0, 0, 1, 0, 3}, 4, 2);
        double expected = Math.log(Math.exp(2) + 2) - 2;
        assertEquals(expected, EmbeddingLosses.ntXent(pairs, 0.5).item(), 1e-14);
        // far is nearer to near than to the anchor.
        Tensor anchor = device.tensor(new double[] {0, 0}, 1, 2);
        Tensor near = device.tensor(new double[] {3, 0}, 1, 2);
        Tensor far = device.tensor(new double[] {5, 0}, 1, 2);
        for (boolean swap : new boolean[] {false, true}) {
            double loss =
                    EmbeddingLosses.tripletMargin(anchor, near, far, 3, 2, swap, Reduction.SUM)
                            .item();
            assertEquals(swap ? 4 : 1, loss, 1e-5);
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Tensor x = device.ones(2, 3);
        Tensor labels = device.tensor(new int[] {0, 1});
        CrossEntropyOptions none = CrossEntropyOptions.NONE;
        refused("labelSmoothing must be in [0, 1], got 1.5", () -> none.labelSmoothing(1.5));
        refused(
                "classWeights are tensor ([2] F32 on reference): needs 3 of them, of the logits'"
                        + " type",
                () ->
                        Losses.crossEntropy(
                                x, labels, none.classWeights(device.ones(2)), Reduction.SUM));
        refused(
                "needs 2 of them",
                () ->
                        Losses.crossEntropy(
                                x,
                                labels,
                                none.exampleWeights(device.ones(DType.F64, 2)),
                                Reduction.SUM));
        refused(
                "needs one class index, an integer, for each row",
                () -> Losses.crossEntropy(device.ones(2, 3, 4), labels));
        refused("beta must be above 0", () -> Losses.smoothL1(x, x, 0, Reduction.MEAN));
        refused("q must be in (0, 1), got 1.0", () -> Losses.quantile(x, x, 1, Reduction.MEAN));
        refused("eps must be above 0", () -> Losses.gaussianNll(x, x, x, 0, Reduction.MEAN));
        refused(
                "positiveWeights are tensor ([2] F32 on reference)",
                () -> Losses.binaryCrossEntropyWithLogits(x, x, device.ones(2), Reduction.MEAN));
        refused(
                "margin must be in [-1, 1]",
                () -> EmbeddingLosses.cosineEmbedding(x, x, labels, 2, Reduction.MEAN));
        refused(
                "needs 1 or -1 for each row",
                () -> EmbeddingLosses.cosineEmbedding(x, x, x, 0, Reduction.MEAN));
        refused(
                "temperature must be above 0",
                () -> EmbeddingLosses.infoNce(x, x, 0, Reduction.MEAN));
        refused("with pairs of rows", () -> EmbeddingLosses.ntXent(device.ones(3, 2), 1));
        refused(
                "rows×features of one floating type and shape",
                () -> EmbeddingLosses.infoNce(x, device.ones(3, 2), 1, Reduction.MEAN));
        refused(
                "margin must be above 0",
                () -> EmbeddingLosses.tripletMargin(x, x, x, 0, 2, false, Reduction.MEAN));
        refused(
                "all must be of one floating type and shape",
                () -> EmbeddingLosses.marginRanking(x, x, labels, 1, Reduction.MEAN));
    }
}

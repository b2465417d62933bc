package dev.weft.benchmarks.task;

import dev.weft.backend.UpdateRule;
import dev.weft.random.Philox;

import java.util.Arrays;

/**
 * SimpleNet 784-128-10 with ReLU and the mean cross-entropy of its logits, in double and plain
 * loops: what trained parameters are compared with.
 */
public final class SimpleNet {
    /** Pixels of an image. */
    public static final int INPUTS = 784;

    /** Units of the hidden layer. */
    public static final int HIDDEN = 128;

    /** Classes of an image. */
    public static final int CLASSES = 10;

    /** How many numbers the parameters are. */
    static final int PARAMETERS = HIDDEN * INPUTS + HIDDEN + CLASSES * HIDDEN + CLASSES;

    /** Three multiplications for each weight and example, but none for the first layer's input. */
    static final double FLOPS_PER_EXAMPLE = 2.0 * (2 * INPUTS * HIDDEN + 3 * HIDDEN * CLASSES);

    private static final int SEED = 1;
    private static final int BIAS1 = HIDDEN * INPUTS;
    private static final int WEIGHT2 = BIAS1 + HIDDEN;
    private static final int BIAS2 = WEIGHT2 + CLASSES * HIDDEN;

    private final double[] p = new double[PARAMETERS];
    private final double[] g = new double[PARAMETERS];
    private final double[] hidden = new double[HIDDEN];
    private final double[] logits = new double[CLASSES];
    private final ScalarRule[] rules = new ScalarRule[PARAMETERS];

    SimpleNet(UpdateRule rule, double lr) {
        int i = 0;
        for (float[] parameter : initial()) {
            for (float value : parameter) {
                rules[i] = new ScalarRule(rule, lr);
                p[i++] = value;
            }
        }
    }

    /**
     * The parameters to start from: weight (outputs×inputs) and bias of each layer, uniform within
     * 1 / √inputs, as PyTorch's Linear.
     */
    public static float[][] initial() {
        Philox random = new Philox(SEED);
        return new float[][] {
            uniform(random, HIDDEN * INPUTS, INPUTS),
            uniform(random, HIDDEN, INPUTS),
            uniform(random, CLASSES * HIDDEN, HIDDEN),
            uniform(random, CLASSES, HIDDEN)
        };
    }

    private static float[] uniform(Philox random, int size, int inputs) {
        float[] values = new float[size];
        float bound = (float) (1 / Math.sqrt(inputs));
        for (int i = 0; i < size; i++) {
            values[i] = bound * (2 * random.nextFloat() - 1);
        }
        return values;
    }

    /** The parameters, one after the other. */
    double[] parameters() {
        return p.clone();
    }

    /**
     * One step: forward, backward, update. Returns the loss before the update.
     *
     * @param examples which images, in this order
     */
    double step(float[] images, int[] labels, int[] examples) {
        Arrays.fill(g, 0);
        double loss = 0;
        for (int example : examples) {
            forward(images, example * INPUTS);
            loss += backward(images, example * INPUTS, labels[example], examples.length);
        }
        for (int i = 0; i < PARAMETERS; i++) {
            p[i] = rules[i].step(p[i], g[i]);
        }
        return loss / examples.length;
    }

    private void forward(float[] images, int image) {
        for (int h = 0; h < HIDDEN; h++) {
            double sum = p[BIAS1 + h];
            for (int i = 0; i < INPUTS; i++) {
                sum += p[h * INPUTS + i] * images[image + i];
            }
            hidden[h] = Math.max(0, sum);
        }
        for (int c = 0; c < CLASSES; c++) {
            double sum = p[BIAS2 + c];
            for (int h = 0; h < HIDDEN; h++) {
                sum += p[WEIGHT2 + c * HIDDEN + h] * hidden[h];
            }
            logits[c] = sum;
        }
    }

    /** Adds an example's part to the gradients, and returns its loss. */
    private double backward(float[] images, int image, int label, int batch) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit);
        }
        double[] dHidden = new double[HIDDEN];
        for (int c = 0; c < CLASSES; c++) {
            double dLogit = (Math.exp(logits[c]) / sum - (c == label ? 1 : 0)) / batch;
            g[BIAS2 + c] += dLogit;
            for (int h = 0; h < HIDDEN; h++) {
                g[WEIGHT2 + c * HIDDEN + h] += dLogit * hidden[h];
                dHidden[h] += dLogit * p[WEIGHT2 + c * HIDDEN + h];
            }
        }
        for (int h = 0; h < HIDDEN; h++) {
            if (hidden[h] > 0) {
                g[BIAS1 + h] += dHidden[h];
                for (int i = 0; i < INPUTS; i++) {
                    g[h * INPUTS + i] += dHidden[h] * images[image + i];
                }
            }
        }
        return Math.log(sum) - logits[label];
    }
}

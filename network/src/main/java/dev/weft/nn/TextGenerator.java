package dev.weft.nn;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Goes on with tokens by a network whose root is a {@link Gpt}, one token at a time, with a {@link
 * KeyValueCache}: each token costs itself alone.
 *
 * @param network with a {@link Gpt}
 * @param temperature of the softmax: 0 takes the likeliest token, 1 draws as the network says
 * @param best draws from so many of the likeliest tokens alone
 * @param seed of what is drawn
 */
public record TextGenerator(Network network, double temperature, int best, long seed) {
    private static final int STREAM = 0x6E3A7;

    /** Checks the numbers. */
    public TextGenerator {
        if (!(temperature >= 0) || Double.isInfinite(temperature) || best < 1) {
            throw new IllegalArgumentException(
                    "generate: the temperature must be finite and at least 0, and the best at least 1, got %s, %d"
                            .formatted(temperature, best));
        }
        context(network);
    }

    private static int context(Network network) {
        if (network.root() instanceof Gpt gpt) {
            return gpt.context();
        }
        throw new IllegalArgumentException(
                "generate: needs a network whose root is a Gpt, got %s"
                        .formatted(network.root().describe()));
    }

    /**
     * So many tokens that follow the first ones. Blocks.
     *
     * @throws IllegalArgumentException where there is no first token, or all together are more than
     *     the network's context
     */
    public int[] generate(int[] first, int count) {
        int context = context(network);
        if (first.length < 1 || count < 0 || first.length + (long) count > context) {
            throw new IllegalArgumentException(
                    "generate: %d tokens behind %d: needs at least 1 before, and at most %d together"
                            .formatted(count, first.length, context));
        }
        Device device = network.device();
        Philox random = Philox.stream(seed, STREAM);
        int[] made = new int[count];
        try (Scope _ = device.scope()) {
            KeyValueCache cache = network.cache(1, context);
            int[] next = first;
            for (int i = 0; i < count; i++) {
                try (Scope _ = device.scope()) {
                    Tensor ids = device.tensor(next, 1, next.length);
                    Tensor logits = network.forward(cache, ids).select(1, next.length - 1L);
                    made[i] = choose(logits.toDoubleArray(), random);
                }
                next = new int[] {made[i]};
            }
        }
        return made;
    }

    private int choose(double[] logits, Philox random) {
        Integer[] order = new Integer[logits.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -logits[i]));
        if (!Double.isFinite(logits[order[0]]) || Double.isNaN(logits[order[order.length - 1]])) {
            throw new ArithmeticException("generate: the network's logits are not finite");
        }
        if (temperature == 0) {
            return order[0];
        }
        int kept = Math.min(best, order.length);
        double[] weights = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
            sum += weights[i];
        }
        double drawn = random.nextDouble() * sum;
        int at = 0;
        while (at < kept - 1 && drawn >= weights[at]) {
            drawn -= weights[at++];
        }
        return order[at];
    }
}

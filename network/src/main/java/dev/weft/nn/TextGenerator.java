package dev.weft.nn;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Goes on with tokens by a network whose root is a {@link Gpt}, one token at a time.
 *
 * @param network with a {@link Gpt}
 * @param temperature of the softmax: 0 takes the likeliest token, 1 draws as the network says
 * @param best draws from so many of the likeliest tokens alone
 * @param least the least token that may be chosen: those below stand for no text, such as padding
 * @param cached whether it keeps keys and values in a {@link KeyValueCache}, so that each token
 *     costs itself alone; without, it costs all before it
 * @param seed of what is drawn
 */
public record TextGenerator(
        Network network, double temperature, int best, int least, boolean cached, long seed) {
    private static final int STREAM = 0x6E3A7;

    /** Checks the numbers. */
    public TextGenerator {
        if (!(temperature >= 0) || Double.isInfinite(temperature) || best < 1 || least < 0) {
            throw new IllegalArgumentException(
                    "generate: the temperature must be finite and at least 0, the best at least 1 and the least token at least 0, got %s, %d, %d"
                            .formatted(temperature, best, least));
        }
        context(network);
    }

    /** One that draws from all tokens as the network says, with a cache. */
    public static TextGenerator of(Network network) {
        return new TextGenerator(network, 1, Integer.MAX_VALUE, 0, true, 0);
    }

    /** At another temperature. */
    public TextGenerator temperature(double newTemperature) {
        return new TextGenerator(network, newTemperature, best, least, cached, seed);
    }

    /** From so many of the likeliest tokens. */
    public TextGenerator best(int most) {
        return new TextGenerator(network, temperature, most, least, cached, seed);
    }

    /** With another least token. */
    public TextGenerator least(int token) {
        return new TextGenerator(network, temperature, best, token, cached, seed);
    }

    /** With a cache, or without. */
    public TextGenerator cached(boolean asked) {
        return new TextGenerator(network, temperature, best, least, asked, seed);
    }

    /** With another seed. */
    public TextGenerator seed(long newSeed) {
        return new TextGenerator(network, temperature, best, least, cached, newSeed);
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
     * So many tokens that follow the first ones. The network sees all tokens as long as they fit
     * its context; whenever one more would not, it begins again with the later half of it. Blocks.
     *
     * @throws IllegalArgumentException where there is no first token
     * @throws IndexOutOfBoundsException where a token is none of the network's
     */
    public int[] generate(int[] first, int count) {
        if (first.length < 1 || count < 0) {
            throw new IllegalArgumentException(
                    "generate: %d tokens behind %d: needs at least 1 before, and none below 0"
                            .formatted(count, first.length));
        }
        int context = context(network);
        Device device = network.device();
        Philox random = Philox.stream(seed, STREAM);
        int[] all = Arrays.copyOf(first, Math.addExact(first.length, count));
        try (Scope _ = device.scope()) {
            KeyValueCache cache = cached ? network.cache(1, context) : null;
            int begin = 0;
            for (int end = first.length; end < all.length; end++) {
                if (end - begin > context) {
                    begin = end - Math.max(1, context / 2);
                    if (cache != null) {
                        cache.clear();
                    }
                }
                int from = cache == null ? begin : begin + Math.toIntExact(cache.length());
                try (Scope _ = device.scope()) {
                    Tensor ids = device.tensor(Arrays.copyOfRange(all, from, end), 1, end - from);
                    Tensor logits =
                            cache == null ? network.forward(ids) : network.forward(cache, ids);
                    Tensor last = logits.select(1, end - from - 1L);
                    all[end] = choose(last.toDoubleArray(), random);
                }
            }
        }
        return Arrays.copyOfRange(all, first.length, all.length);
    }

    private int choose(double[] logits, Philox random) {
        if (least >= logits.length) {
            throw new IllegalArgumentException(
                    "generate: the least token is %d, and the network has %d"
                            .formatted(least, logits.length));
        }
        List<Integer> order =
                IntStream.range(least, logits.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -logits[i]))
                        .toList();
        double most = logits[order.getFirst()];
        if (!Double.isFinite(most) || Double.isNaN(logits[order.getLast()])) {
            throw new ArithmeticException("generate: the network's logits are not finite");
        }
        if (temperature == 0) {
            return order.getFirst();
        }
        double[] weights = new double[Math.min(best, order.size())];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((logits[order.get(i)] - most) / temperature);
            sum += weights[i];
        }
        double drawn = random.nextDouble() * sum;
        int at = 0;
        while (at < weights.length - 1 && drawn >= weights[at]) {
            drawn -= weights[at++];
        }
        return order.get(at);
    }
}

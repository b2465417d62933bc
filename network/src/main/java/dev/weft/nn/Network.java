package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DropoutState;
import dev.weft.Scope;
import dev.weft.SharedTensor;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A block (often a {@link Sequential}) on a device, with its parameters and buffers. These belong
 * to the scope that is innermost when the network is made.
 */
public final class Network {
    /** The purpose under which the seed's stream of dropout masks is drawn. */
    private static final int DROPOUT_STREAM = 0x0D120;

    private final Device device;
    private final Block root;
    private long seed;
    private final Parameters parameters;
    private final DropoutState dropout;

    private Network(Block root, long seed, Parameters parameters, DropoutState dropout) {
        this.device = parameters.device();
        this.root = root;
        this.seed = seed;
        this.parameters = parameters;
        this.dropout = dropout;
    }

    /** A network with fresh F32 parameters: equal seeds give equal ones on every backend. */
    public static Network create(Device device, Block root, long seed) {
        return create(device, root, DType.F32, seed);
    }

    /** A network whose parameters are of a floating type, F64 or F32 where they are trained. */
    public static Network create(Device device, Block root, DType dtype, long seed) {
        try (Scope made = device.scope()) {
            Parameters parameters = new Parameters(device, root, dtype, seed);
            DropoutState dropout = new DropoutState(device, dropoutKey(seed));
            made.keepAll();
            return new Network(root, seed, parameters, dropout);
        }
    }

    /**
     * A block of this network as a network, such as an encoder without the head that it was trained
     * with. Nothing is copied: what one learns, the other knows. Its parameters are the whole
     * network's.
     *
     * @throws IllegalArgumentException where it is no block of this network
     */
    public Network part(Block block) {
        if (!parameters.blocks().contains(block)) {
            throw new IllegalArgumentException(
                    "part: %s is no block of this network: give the object that it was made of, not one like it"
                            .formatted(block.describe()));
        }
        return new Network(block, seed, parameters, dropout);
    }

    /**
     * Lets devices of this kind, on threads of their own, run the network with the same memory for
     * its parameters and buffers: see {@link dev.weft.SharedTensor}. From now on these are
     * read-only here, too: to train on, train a copy.
     */
    public SharedNetwork share() {
        Map<String, SharedTensor> shared = new HashMap<>();
        for (Parameter parameter : parameters.list()) {
            shared.put(parameter.name(), parameter.value().share());
        }
        for (Parameter buffer : parameters.buffers()) {
            shared.put(buffer.name(), buffer.value().share());
        }
        return new SharedNetwork(root, parameters.dtype(), seed, shared);
    }

    /** A network in another device's memory. */
    static Network reading(
            Device device, Block root, DType dtype, long seed, Map<String, SharedTensor> shared) {
        try (Scope made = device.scope()) {
            Parameters parameters = new Parameters(device, root, dtype, shared);
            DropoutState dropout = new DropoutState(device, dropoutKey(seed));
            made.keepAll();
            return new Network(root, seed, parameters, dropout);
        }
    }

    /** The one result for a batch, without dropout. Belongs to the innermost open scope. */
    public Tensor forward(Tensor... inputs) {
        return run(false, List.of(inputs)).output();
    }

    /**
     * The one result for a batch in training: with dropout, and with new values of buffers. Belongs
     * to the innermost open scope.
     */
    public Tensor train(Tensor... inputs) {
        Forward forward = run(true, List.of(inputs));
        forward.updateBuffers(null);
        return forward.output();
    }

    /**
     * All results for a batch. They belong to the innermost open scope; what blocks make on the way
     * is closed, or stays for the open tape: {@link Device#compute}.
     *
     * @param inTraining whether there is dropout, and buffers get new values, once {@link
     *     Forward#updateBuffers} is called
     */
    public Forward run(boolean inTraining, List<Tensor> inputs) {
        return run(inTraining, inputs, null, null);
    }

    /**
     * Memory for the keys and values of this network's causal attention, in the innermost open
     * scope.
     *
     * @param batch how many sequences go on together
     * @param positions how long they may become
     */
    public KeyValueCache cache(long batch, long positions) {
        List<MultiHeadAttention> causal =
                parameters.blocks().stream()
                        .filter(MultiHeadAttention.class::isInstance)
                        .map(MultiHeadAttention.class::cast)
                        .filter(block -> block.settings().causal())
                        .toList();
        return new KeyValueCache(device, parameters.dtype(), causal, batch, positions);
    }

    /**
     * The one result for the next tokens of sequences, without dropout: what was before is in the
     * cache, which then has these, too.
     *
     * @throws IllegalArgumentException where the cache is another network's, or a block of causal
     *     attention is used more than once in a pass
     * @throws dev.weft.ShapeException where it has no room
     */
    public Tensor forward(KeyValueCache cache, Tensor... inputs) {
        cache.begin();
        Tensor y = run(false, List.of(inputs), cache, null).output();
        cache.advance();
        return y;
    }

    private Forward run(
            boolean inTraining,
            List<Tensor> inputs,
            @Nullable KeyValueCache cache,
            Pass.@Nullable Observer observer) {
        Pass pass = new Pass(parameters, inTraining, dropout, cache, observer);
        List<Tensor> made =
                device.computeAll(
                        () -> {
                            List<Tensor> all = new ArrayList<>(pass.apply(root, inputs));
                            all.addAll(pass.updates().values());
                            return all;
                        });
        int updates = pass.updates().size();
        return new Forward(
                List.copyOf(made.subList(0, made.size() - updates)), pass.updates(), root);
    }

    /**
     * The path and the description of the innermost block whose result for these inputs, without
     * dropout, is the first that is not finite, such as {@code layer 1, GELU_ERF}. Blocks.
     */
    public Optional<String> firstNonFinite(List<Tensor> inputs) {
        List<String> found = new ArrayList<>();
        try (Scope _ = device.scope()) {
            run(
                    false,
                    inputs,
                    null,
                    (block, taken, given) -> {
                        if (found.isEmpty() && !given.stream().allMatch(Network::isFinite)) {
                            found.add(parameters.name(block));
                        }
                    });
        }
        return found.stream().findFirst();
    }

    /**
     * What the network is made of, and what a pass without dropout costs for one F32 input of this
     * shape. Runs it on zeros.
     */
    public Summary summary(long... shape) {
        try (Scope _ = device.scope()) {
            return summary(List.of(device.zeros(parameters.dtype(), shape)));
        }
    }

    /** The same for any inputs. */
    public Summary summary(List<Tensor> inputs) {
        List<Summary.Row> rows = new ArrayList<>();
        long[] flops = {0};
        long[] resultBytes = {0};
        IdentityHashMap<Block, Long> before = new IdentityHashMap<>();
        Pass.Observer observer =
                new Pass.Observer() {
                    @Override
                    public void runs(Block block) {
                        before.put(block, flops[0]);
                    }

                    @Override
                    public void ran(Block block, List<Tensor> taken, List<Tensor> given) {
                        rows.add(
                                new Summary.Row(
                                        parameters.path(block),
                                        block.describe(),
                                        given.stream().map(Tensor::shape).toList(),
                                        parameters.ownCount(block),
                                        flops[0] - before.getOrDefault(block, 0L)));
                        if (block.children().isEmpty()) {
                            given.forEach(y -> resultBytes[0] += y.size() * y.dtype().bytes());
                        }
                    }
                };
        try (Scope _ = device.scope()) {
            device.observe(
                    call -> flops[0] += Summary.flops(call),
                    () -> run(false, inputs, null, observer));
        }
        return new Summary(
                rows,
                parameters.count(),
                parameters.trainedCount(),
                flops[0],
                parameters.bytes(),
                resultBytes[0]);
    }

    private static boolean isFinite(Tensor x) {
        return !x.dtype().isFloating() || x.isFinite().all().item() != 0;
    }

    /** The parameters and buffers. */
    public Parameters parameters() {
        return parameters;
    }

    /** The device that holds them. */
    public Device device() {
        return device;
    }

    /** The block that the network runs. */
    public Block root() {
        return root;
    }

    /** Where the stream of dropout masks stands. Blocks. */
    public long dropoutBlock() {
        return dropout.block();
    }

    /** Continues the stream of dropout masks where another run stopped, which had this seed. */
    public void restoreDropout(long otherSeed, long block) {
        seed = otherSeed;
        dropout.restore(dropoutKey(seed), block);
    }

    /** The seed that it, or the run that it continues, was made with. */
    public long seed() {
        return seed;
    }

    private static long dropoutKey(long seed) {
        return Philox.stream(seed, DROPOUT_STREAM).key();
    }
}

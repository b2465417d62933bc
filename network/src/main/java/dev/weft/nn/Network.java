package dev.weft.nn;

import dev.weft.Device;
import dev.weft.DropoutState;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.random.Philox;

/**
 * A layer (usually a {@link Sequential}) on a device, with its parameters. Parameters belong to the
 * scope that is innermost when the network is made.
 */
public final class Network {
    /** The purpose under which the seed's stream of dropout masks is drawn. */
    private static final int DROPOUT_STREAM = 0x0D120;

    private final Device device;
    private final Layer root;
    private long seed;
    private final Parameters parameters;
    private final DropoutState dropout;
    private final Pass inference;
    private final Pass training;

    private Network(Device device, Layer root, long seed) {
        this.device = device;
        this.root = root;
        this.seed = seed;
        try (Scope made = device.scope()) {
            this.parameters = new Parameters(device, root.parameters(), seed);
            this.dropout = new DropoutState(device, dropoutKey(seed));
            made.keepAll();
        }
        this.inference = new Pass(parameters.views(), false, dropout);
        this.training = new Pass(parameters.views(), true, dropout);
    }

    /** A network with fresh parameters: equal seeds give equal parameters on every backend. */
    public static Network create(Device device, Layer root, long seed) {
        return new Network(device, root, seed);
    }

    /** The result for a batch, without dropout. Belongs to the innermost open scope. */
    public Tensor forward(Tensor x) {
        return forward(x, false);
    }

    /**
     * The result for a batch, in training or not. Belongs to the innermost open scope; what layers
     * make on the way is closed, or stays for the open tape: {@link Device#compute}.
     */
    public Tensor forward(Tensor x, boolean inTraining) {
        return device.compute(() -> root.forward(x, inTraining ? training : inference));
    }

    /** The parameters. */
    public Parameters parameters() {
        return parameters;
    }

    /** The device that holds the parameters. */
    public Device device() {
        return device;
    }

    /** The layer that the network runs. */
    public Layer root() {
        return root;
    }

    /** What a forward pass without dropout hands to the root layer. */
    public Pass inferencePass() {
        return inference;
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

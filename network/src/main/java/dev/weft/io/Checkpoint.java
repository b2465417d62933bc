package dev.weft.io;

import dev.weft.Tensor;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.Parameters;
import dev.weft.optim.Optimizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network and its optimizer in a safetensors file: enough to go on training exactly. Parameters
 * stand under their names, the optimizer's state under {@code optimizer.m.1.weight} and the like;
 * the rest is in the metadata, where callers add what is theirs.
 */
public final class Checkpoint {
    private static final String STATES = "optimizer.";
    private static final String NETWORK_SEED = "network.seed";
    private static final String DROPOUT_BLOCK = "dropout.block";

    private final Path path;
    private final Safetensors file;

    private Checkpoint(Path path, Safetensors file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Writes a checkpoint beside its target and moves it into place. Blocks.
     *
     * @param metadata what the caller wants to find again
     */
    public static void save(
            Path path, Network network, Optimizer optimizer, Map<String, String> metadata)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putAll(OptimizerRecord.settings(optimizer));
        all.put(OptimizerRecord.STEPS, Long.toString(optimizer.steps()));
        all.put(NETWORK_SEED, Long.toString(network.seed()));
        all.put(DROPOUT_BLOCK, Long.toString(network.dropoutBlock()));
        Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
        Parameters parameters = network.parameters();
        for (Parameter parameter : parameters.list()) {
            tensors.put(parameter.name(), entry(parameter.value()));
        }
        for (int i = 0; i < optimizer.states().size(); i++) {
            List<Tensor> parts = parameters.split(optimizer.states().get(i));
            for (int j = 0; j < parts.size(); j++) {
                tensors.put(stateName(optimizer, i, parameters.list().get(j)), entry(parts.get(j)));
            }
        }
        new Safetensors(all, tensors).write(path);
    }

    /**
     * Reads a checkpoint's file.
     *
     * @throws FormatException where it is not a safetensors file or is damaged
     */
    public static Checkpoint read(Path path) throws IOException {
        return new Checkpoint(path, Safetensors.read(path));
    }

    /** The file's strings. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /**
     * A string that must be there.
     *
     * @throws FormatException where it is not
     */
    public String required(String key) throws FormatException {
        String value = file.metadata().get(key);
        if (value == null) {
            throw new FormatException(
                    path + ": is not a model that Weft saved: its metadata has no '" + key + "'");
        }
        return value;
    }

    /**
     * A number that must be there, as {@link Double#toString(double)} writes it.
     *
     * @throws FormatException where it is not
     */
    public double requiredNumber(String key) throws FormatException {
        try {
            return Double.parseDouble(required(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "is no number");
        }
    }

    /**
     * A whole number that must be there: exact, of whatever size.
     *
     * @throws FormatException where it is not, or is not {@code least} to {@code most}
     */
    public long requiredInteger(String key, long least, long most) throws FormatException {
        long value;
        try {
            value = Long.parseLong(required(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "is no whole number");
        }
        if (value < least || value > most) {
            throw wrong(key, "must be %d to %d".formatted(least, most));
        }
        return value;
    }

    /** Says what is wrong with a value of the metadata. */
    public FormatException wrong(String key, String why) {
        return new FormatException(
                "%s: its metadata has %s '%s', which %s"
                        .formatted(path, key, file.metadata().get(key), why));
    }

    Path path() {
        return path;
    }

    /**
     * Puts the saved parameters into a network of the same architecture.
     *
     * @throws FormatException where tensors are missing, left over or of another shape; the network
     *     is as it was
     */
    public void restore(Network network) throws FormatException {
        Parameters parameters = network.parameters();
        Set<String> left = new LinkedHashSet<>(file.tensors().keySet());
        left.removeIf(name -> name.startsWith(STATES));
        for (Parameter parameter : parameters.list()) {
            check(parameter.name(), parameter.value());
            left.remove(parameter.name());
        }
        if (!left.isEmpty()) {
            throw new FormatException(
                    path + ": is for another architecture: it holds " + left + " besides");
        }
        for (Parameter parameter : parameters.list()) {
            put(parameter.name(), parameter.value());
        }
        if (file.metadata().containsKey(DROPOUT_BLOCK)) {
            network.restoreDropout(
                    requiredInteger(NETWORK_SEED, Long.MIN_VALUE, Long.MAX_VALUE),
                    requiredInteger(DROPOUT_BLOCK, 0, Long.MAX_VALUE));
        }
    }

    /**
     * An optimizer for a restored network, of the saved kind, with the saved settings and state. It
     * belongs to the innermost open scope.
     *
     * @throws FormatException where the file holds none, or its state is missing
     */
    public Optimizer optimizer(Network network) throws FormatException {
        Optimizer optimizer = OptimizerRecord.create(this, network);
        restore(optimizer, network);
        return optimizer;
    }

    /**
     * Puts the saved state into an optimizer of the same kind and settings, learning rate included.
     * Who means to go on otherwise calls {@link Optimizer#setLr} afterwards.
     *
     * @throws FormatException naming the first setting that differs, or the state that is missing
     */
    public void restore(Optimizer optimizer, Network network) throws FormatException {
        OptimizerRecord.check(this, optimizer);
        long steps = requiredInteger(OptimizerRecord.STEPS, 0, Long.MAX_VALUE);
        List<Parameter> parameters = network.parameters().list();
        for (int i = 0; i < optimizer.states().size(); i++) {
            List<Tensor> parts = network.parameters().split(optimizer.states().get(i));
            for (int j = 0; j < parts.size(); j++) {
                String name = stateName(optimizer, i, parameters.get(j));
                check(name, parts.get(j));
                put(name, parts.get(j));
            }
        }
        optimizer.restore(steps);
    }

    private static String stateName(Optimizer optimizer, int state, Parameter parameter) {
        return STATES + optimizer.kind().stateNames().get(state) + "." + parameter.name();
    }

    private static Safetensors.Entry entry(Tensor tensor) {
        return Safetensors.Entry.of(tensor.shape(), tensor.toFloatArray());
    }

    private void check(String name, Tensor target) throws FormatException {
        Safetensors.Entry entry = file.tensors().get(name);
        if (entry == null) {
            throw new FormatException(
                    path + ": is for another architecture: it holds no tensor '" + name + "'");
        }
        if (!entry.shape().equals(target.shape()) || entry.dtype() != target.dtype()) {
            throw new FormatException(
                    path
                            + ": is for another architecture: its '"
                            + name
                            + "' is "
                            + entry.dtype()
                            + " "
                            + entry.shape()
                            + ", expected "
                            + target.dtype()
                            + " "
                            + target.shape());
        }
    }

    private void put(String name, Tensor target) {
        Safetensors.Entry entry = file.tensors().get(name);
        if (entry != null) {
            try (Tensor saved = target.device().tensor(entry.floats(), target.shape().toArray())) {
                target.assign(saved);
            }
        }
    }
}

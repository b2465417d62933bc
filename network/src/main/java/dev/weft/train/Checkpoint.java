package dev.weft.train;

import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.io.AtomicFile;
import dev.weft.io.Excerpt;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.Parameters;
import dev.weft.optim.Optimizer;
import dev.weft.optim.TrainingAid;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network and its optimizer in a safetensors file: enough to go on training exactly, on the same
 * backend. Parameters stand under their names, the optimizer's state under {@code
 * optimizer.m.1.weight} and the like, that of aids such as a moving average under {@code
 * optimizer.aid.average.1.weight}. These strings are in the metadata, beside the caller's own:
 *
 * <ul>
 *   <li>{@code network.seed}, {@code dropout.block}: the network's seed, and where its stream of
 *       dropout masks stands; whole numbers of 64 bits
 *   <li>{@code optimizer}: its kind, such as {@code adamw}; {@code optimizer.steps}: how many it
 *       has done
 *   <li>{@code optimizer.lr}, {@code optimizer.l1}, {@code optimizer.l2}, {@code
 *       optimizer.weight_decay}, and the rule's constants, such as {@code optimizer.beta1}: doubles
 *       as {@link Double#toString(double)} writes them
 *   <li>{@code parameters_sha256}: of the parameters' bytes in the order of the layers, as {@link
 *       Parameters#sha256} gives it; {@code optimizer_sha256}: of the state's; {@code aids_sha256}:
 *       of the aids', where there are any; {@code metadata_sha256}: of the rest of the metadata and
 *       the tensors' names, types and shapes
 * </ul>
 *
 * <p>{@link dev.weft.train.TrainingState} adds {@code weft.loss}, {@code weft.mean}, {@code
 * weft.deviation}, {@code weft.examples}, {@code weft.batch}, {@code weft.seed} and {@code
 * weft.epochs}; the command line {@code format}, {@code weft.model} and {@code weft.dropout}. Files
 * without sums, by other programs, are read unchecked, and none of the keys is needed to {@link
 * #restore(Network)} parameters.
 */
public final class Checkpoint {
    private static final String STATES = "optimizer.";
    private static final String AIDS = STATES + "aid.";
    private static final String NETWORK_SEED = "network.seed";
    private static final String DROPOUT_BLOCK = "dropout.block";

    private final Path path;
    private final Safetensors file;

    private Checkpoint(Path path, Safetensors file) {
        this.path = path;
        this.file = file;
    }

    /** Writes a checkpoint of a run without aids. */
    public static void save(
            Path path, Network network, Optimizer optimizer, Map<String, String> metadata)
            throws IOException {
        save(path, network, optimizer, List.of(), metadata);
    }

    /**
     * Writes a checkpoint as {@link AtomicFile} does. Blocks.
     *
     * @param aids what else the run needs to go on, such as its {@link
     *     dev.weft.optim.MovingAverage} and its {@link dev.weft.optim.Plateau}
     * @param metadata what the caller wants to find again; Weft's own keys are overwritten
     * @throws IllegalArgumentException where a parameter is not finite: nobody could use the file
     * @throws IOException where it cannot be written
     */
    public static void save(
            Path path,
            Network network,
            Optimizer optimizer,
            List<? extends TrainingAid> aids,
            Map<String, String> metadata)
            throws IOException {
        Map<String, HostArray> values = new LinkedHashMap<>();
        for (Parameter parameter : saved(network)) {
            HostArray value = HostArray.of(parameter.value());
            long bad = firstNotFinite(value);
            if (bad >= 0) {
                throw new IllegalArgumentException(
                        "%s: is not saved, since parameter '%s' is %s at index %d: train with a smaller learning rate"
                                .formatted(path, parameter.name(), value.get(bad), bad));
            }
            values.put(parameter.name(), value);
        }
        Map<String, HostArray> states;
        Map<String, HostArray> aidStates;
        try (Scope _ = network.device().scope()) {
            states = read(states(optimizer));
            aidStates = read(states(aids));
        }
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putAll(OptimizerRecord.metadata(optimizer));
        for (TrainingAid aid : aids) {
            all.putAll(aid.progress());
        }
        all.put(NETWORK_SEED, Long.toString(network.seed()));
        all.put(DROPOUT_BLOCK, Long.toString(network.dropoutBlock()));
        all.put(Checksums.PARAMETERS, Checksums.ofContent(values.values()));
        all.put(Checksums.OPTIMIZER, Checksums.ofContent(states.values()));
        if (!aids.isEmpty()) {
            all.put(Checksums.AIDS, Checksums.ofContent(aidStates.values()));
        }
        values.putAll(states);
        values.putAll(aidStates);
        Safetensors file = new Safetensors(all, values);
        all.put(Checksums.METADATA, Checksums.ofHeader(file));
        file.write(path);
    }

    /**
     * Reads a checkpoint's header, and checks its sum: the tensors are read when they are used.
     *
     * @throws FormatException where it is not a safetensors file or is damaged
     */
    public static Checkpoint read(Path path) throws IOException {
        Checkpoint checkpoint = new Checkpoint(path, Safetensors.read(path));
        if (checkpoint.hasSums()) {
            checkpoint.checkSum(Checksums.METADATA, Checksums.ofHeader(checkpoint.file));
        }
        return checkpoint;
    }

    /** A file of another program has none; one that has some of them was damaged. */
    private boolean hasSums() {
        return Checksums.ALL.stream().anyMatch(file.metadata()::containsKey);
    }

    private void checkSum(String key, String found) throws FormatException {
        String saved = file.metadata().get(key);
        if (!found.equals(saved)) {
            throw new FormatException(
                    "%s: is damaged: its %s is %s, and was saved as %s"
                            .formatted(
                                    path,
                                    key,
                                    found,
                                    saved == null ? "nothing" : Excerpt.of(saved)));
        }
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
                    "%s: is not a model that Weft saved: its metadata has no '%s'"
                            .formatted(path, key));
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
                        .formatted(
                                path,
                                key,
                                Excerpt.of(String.valueOf(file.metadata().get(key))),
                                why));
    }

    Path path() {
        return path;
    }

    /**
     * Puts the saved parameters into a network of the same architecture.
     *
     * @throws FormatException where tensors are missing, left over or of another shape, are not
     *     what was saved, or are not finite; the network is as it was
     */
    public void restore(Network network) throws FormatException {
        Map<String, Tensor> targets = new LinkedHashMap<>();
        for (Parameter parameter : saved(network)) {
            targets.put(parameter.name(), parameter.value());
        }
        Map<String, HostArray> saved = entries(targets);
        List<String> left =
                file.tensors().keySet().stream()
                        .filter(name -> !name.startsWith(STATES) && !saved.containsKey(name))
                        .toList();
        if (!left.isEmpty()) {
            throw new FormatException(
                    "%s: is for another architecture: it holds %d tensors besides, such as '%s'"
                            .formatted(path, left.size(), Excerpt.of(left.getFirst())));
        }
        if (hasSums()) {
            checkSum(Checksums.PARAMETERS, Checksums.ofContent(saved.values()));
        }
        for (Map.Entry<String, HostArray> entry : saved.entrySet()) {
            long bad = firstNotFinite(entry.getValue());
            if (bad >= 0) {
                throw new FormatException(
                        "%s: its '%s' is %s at index %d: parameters must be finite"
                                .formatted(path, entry.getKey(), entry.getValue().get(bad), bad));
            }
        }
        if (file.metadata().containsKey(DROPOUT_BLOCK)) {
            network.restoreDropout(
                    requiredInteger(NETWORK_SEED, Long.MIN_VALUE, Long.MAX_VALUE),
                    requiredInteger(DROPOUT_BLOCK, 0, Long.MAX_VALUE));
        }
        put(saved, targets);
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
        try (Scope _ = network.device().scope()) {
            putChecked(states(optimizer), Checksums.OPTIMIZER);
        }
        OptimizerRecord.restoreProgress(this, optimizer);
    }

    /**
     * Puts the saved progress and state into aids, which are made as those were that were saved, in
     * the same order.
     *
     * @throws FormatException where the file has nothing of them, or of aids with other settings,
     *     or has others, too
     */
    public void restore(List<? extends TrainingAid> aids, Network network) throws FormatException {
        try (Scope _ = network.device().scope()) {
            for (TrainingAid aid : aids) {
                aid.restore(file.metadata());
            }
            if (!aids.isEmpty()) {
                Map<String, Tensor> states = states(aids);
                requireAll(states);
                putChecked(states, Checksums.AIDS);
            }
        } catch (IllegalArgumentException e) {
            throw new FormatException("%s: cannot go on: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** Aids have one sum: without one of them it cannot be checked. */
    private void requireAll(Map<String, Tensor> states) throws FormatException {
        List<String> left =
                file.tensors().keySet().stream()
                        .filter(name -> name.startsWith(AIDS) && !states.containsKey(name))
                        .toList();
        if (!left.isEmpty()) {
            throw new FormatException(
                    "%s: holds %d tensors of other aids besides, such as '%s': restore all aids that were saved, together"
                            .formatted(path, left.size(), Excerpt.of(left.getFirst())));
        }
    }

    /** Puts what the file has for them into tensors that have a sum of their own. */
    private void putChecked(Map<String, Tensor> targets, String sum) throws FormatException {
        Map<String, HostArray> saved = entries(targets);
        if (hasSums()) {
            checkSum(sum, Checksums.ofContent(saved.values()));
        }
        put(saved, targets);
    }

    private static Map<String, HostArray> read(Map<String, Tensor> tensors) {
        Map<String, HostArray> arrays = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> arrays.put(name, HostArray.of(tensor)));
        return arrays;
    }

    /** The states of aids, by the names that they have in files. */
    private static Map<String, Tensor> states(List<? extends TrainingAid> aids) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        for (TrainingAid aid : aids) {
            aid.state().forEach((name, part) -> states.put(AIDS + name, part));
        }
        return states;
    }

    /** The parts of an optimizer's state, by the names that they have in files. */
    private static Map<String, Tensor> states(Optimizer optimizer) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        optimizer.state().forEach((name, part) -> states.put(STATES + name, part));
        return states;
    }

    /** What the file has for these tensors, in their order. */
    private Map<String, HostArray> entries(Map<String, Tensor> targets) throws FormatException {
        Map<String, HostArray> entries = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> each : targets.entrySet()) {
            String name = each.getKey();
            Tensor target = each.getValue();
            HostArray entry = file.tensors().get(name);
            if (entry == null) {
                throw new FormatException(
                        "%s: is for another architecture: it holds no tensor '%s'"
                                .formatted(path, name));
            }
            if (!entry.shape().equals(target.shape()) || entry.dtype() != target.dtype()) {
                throw new FormatException(
                        "%s: is for another architecture: its '%s' is %s %s, expected %s %s"
                                .formatted(
                                        path,
                                        name,
                                        entry.dtype(),
                                        Excerpt.of(entry.shape().toString()),
                                        target.dtype(),
                                        target.shape()));
            }
            entries.put(name, entry);
        }
        return entries;
    }

    private static void put(Map<String, HostArray> saved, Map<String, Tensor> targets) {
        targets.forEach(
                (name, target) -> {
                    HostArray array = Objects.requireNonNull(saved.get(name));
                    try (Tensor fresh = array.on(target.device())) {
                        target.assign(fresh);
                    }
                });
    }

    /** Parameters and buffers. */
    private static List<Parameter> saved(Network network) {
        List<Parameter> all = new ArrayList<>(network.parameters().list());
        all.addAll(network.parameters().buffers());
        return all;
    }

    /** The index of the first that is NaN or infinite, -1 where all are finite. */
    private static long firstNotFinite(HostArray array) {
        for (long i = 0; i < array.shape().size(); i++) {
            if (!Double.isFinite(array.get(i))) {
                return i;
            }
        }
        return -1;
    }
}

package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.SharedTensor;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Encoding;
import dev.weft.random.Philox;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A network's parameters and buffers, by their paths. Trained parameters lie in one flat buffer for
 * each group: {@link ParameterGroup}.
 *
 * <pre>{@code
 * network.parameters().freeze("encoder.*");
 * network.parameters().group("no decay", "*.bias", "*.norm.*");
 * }</pre>
 *
 * <p>In patterns, {@code *} stands for any characters and {@code ?} for one.
 */
public final class Parameters {
    private final Device device;
    private final DType dtype;
    private final Map<String, Parameter> byPath = new LinkedHashMap<>();
    private final List<Parameter> list = new ArrayList<>();
    private final List<Parameter> buffers = new ArrayList<>();
    private final IdentityHashMap<Block, Map<String, Parameter>> byBlock = new IdentityHashMap<>();
    private final IdentityHashMap<Block, String> paths = new IdentityHashMap<>();
    private List<ParameterGroup> groups = List.of();
    private int arrangement;

    /**
     * Allocates in the innermost open scope, and initialises each parameter from its own stream.
     *
     * @param dtype a floating type
     */
    Parameters(Device device, Block root, DType dtype, long seed) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(
                    "network: parameters must be of a floating type, got " + dtype);
        }
        this.device = device;
        this.dtype = dtype;
        add("", root, Role.TRAINED, seed, this::fresh);
        arrange();
    }

    /**
     * Parameters and buffers of another device's network, in its memory: frozen.
     *
     * @param shared by path
     */
    Parameters(Device device, Block root, DType dtype, Map<String, SharedTensor> shared) {
        this.device = device;
        this.dtype = dtype;
        add(
                "",
                root,
                Role.FROZEN,
                0,
                (path, _, _) -> Objects.requireNonNull(shared.get(path)).on(device));
    }

    /** Where the tensors of a new network are from. */
    private interface Values {
        Tensor of(String path, Shape shape, Consumer<double[]> initial);
    }

    /** On the host, so that every backend starts from the same bits. */
    private Tensor fresh(String path, Shape shape, Consumer<double[]> initial) {
        double[] values = new double[Math.toIntExact(shape.size())];
        initial.accept(values);
        long bytes = (long) values.length * dtype.bytes();
        MemorySegment content = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        for (int i = 0; i < values.length; i++) {
            Encoding.set(dtype, content, i, values[i]);
        }
        return device.upload(dtype, content, shape);
    }

    private void add(String prefix, Block block, Role role, long seed, Values values) {
        paths.putIfAbsent(block, prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1));
        Map<String, Parameter> known = byBlock.get(block);
        if (known != null) {
            // It stands in two places: one tensor under two names.
            known.forEach((name, parameter) -> put(prefix + name, parameter));
        } else {
            Map<String, Parameter> own = new LinkedHashMap<>();
            byBlock.put(block, own);
            for (ParameterSpec spec : block.parameters()) {
                String path = prefix + spec.name();
                Philox random = Philox.stream(seed, list.size());
                Tensor value =
                        values.of(
                                path,
                                spec.shape(),
                                numbers ->
                                        spec.initializer()
                                                .fill(numbers, spec.shape(), spec.fans(), random));
                list.add(own(own, spec.name(), path, role, value));
            }
            for (BufferSpec spec : block.buffers()) {
                String path = prefix + spec.name();
                Tensor value =
                        values.of(
                                path, spec.shape(), numbers -> Arrays.fill(numbers, spec.value()));
                buffers.add(own(own, spec.name(), path, Role.BUFFER, value));
            }
        }
        for (Child child : block.children()) {
            add(prefix + child.name() + ".", child.block(), role, seed, values);
        }
    }

    private Parameter own(
            Map<String, Parameter> own, String name, String path, Role role, Tensor value) {
        Parameter parameter = new Parameter(path, role, value.named(path));
        own.put(name, parameter);
        put(path, parameter);
        return parameter;
    }

    private void put(String path, Parameter parameter) {
        if (byPath.put(path, parameter) != null) {
            throw new IllegalArgumentException(
                    "network: two tensors are called '%s': give children and parameters different names"
                            .formatted(path));
        }
    }

    /** Lays trained parameters out by their groups, with their values as they are. */
    private void arrange() {
        Map<String, List<Parameter>> byGroup = new LinkedHashMap<>();
        for (Parameter parameter : list) {
            if (parameter.role() == Role.TRAINED) {
                byGroup.computeIfAbsent(parameter.group(), name -> new ArrayList<>())
                        .add(parameter);
            }
        }
        List<Tensor> before = new ArrayList<>();
        list.forEach(parameter -> before.add(parameter.value()));
        groups.forEach(group -> before.add(group.gradients()));
        List<ParameterGroup> after = new ArrayList<>();
        try (Scope _ = device.scope()) {
            for (Parameter parameter : list) {
                if (parameter.role() == Role.FROZEN) {
                    Tensor value = parameter.value();
                    parameter.place(value.copy().ownedWith(value), null);
                }
            }
            byGroup.forEach((name, members) -> after.add(layOut(name, members)));
        }
        before.forEach(Tensor::close);
        groups = List.copyOf(after);
        arrangement++;
    }

    private ParameterGroup layOut(String name, List<Parameter> members) {
        // They live as long as what they replace, whatever scope is open now.
        Tensor first = members.getFirst().value();
        long total = members.stream().mapToLong(ParameterGroup::room).sum();
        String label = name.equals(ParameterGroup.DEFAULT) ? "parameters" : "parameters " + name;
        Tensor values = device.zeros(dtype, total).named(label).ownedWith(first);
        Tensor gradients = device.zeros(dtype, total).ownedWith(first);
        gradients.named("gradients of " + label);
        long offset = 0;
        for (Parameter parameter : members) {
            Tensor value = ParameterGroup.part(values, offset, parameter);
            value.assign(parameter.value());
            Tensor gradient = ParameterGroup.part(gradients, offset, parameter);
            offset += ParameterGroup.room(parameter);
            parameter.place(value, gradient);
        }
        return new ParameterGroup(name, values, gradients, members);
    }

    /** Each block, once. */
    Collection<Block> blocks() {
        return Collections.unmodifiableSet(byBlock.keySet());
    }

    /** Each parameter, trained or frozen, in the order of the blocks. */
    public List<Parameter> list() {
        return Collections.unmodifiableList(list);
    }

    /** Each buffer, in the order of the blocks. */
    public List<Parameter> buffers() {
        return Collections.unmodifiableList(buffers);
    }

    /**
     * Parameters and buffers by their paths, in the order of the blocks; one that stands in two
     * places is there twice.
     */
    public Map<String, Parameter> byPath() {
        return Collections.unmodifiableMap(byPath);
    }

    /**
     * The groups of trained parameters, in the order of their first ones; none if all are frozen.
     */
    public List<ParameterGroup> groups() {
        return groups;
    }

    /**
     * The number of times that groups were laid out: what refers to their buffers, such as an
     * optimizer or a captured step, is for one arrangement.
     */
    public int arrangement() {
        return arrangement;
    }

    /** The device that holds them. */
    public Device device() {
        return device;
    }

    /** The type of parameters and buffers. */
    public DType dtype() {
        return dtype;
    }

    /** A block's own parameter or buffer. */
    Parameter of(Block block, String name) {
        Map<String, Parameter> own = byBlock.get(block);
        Parameter parameter = own == null ? null : own.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    own == null
                            ? "%s is no block of this network: name it among its parent's children"
                                    .formatted(block.describe())
                            : "%s has no parameter or buffer '%s', only %s"
                                    .formatted(block.describe(), name, own.keySet()));
        }
        return parameter;
    }

    /** The path of a block; empty for the root, and for what is none of the network's. */
    String path(Block block) {
        return paths.getOrDefault(block, "");
    }

    /** How many numbers a block's own parameters are. */
    long ownCount(Block block) {
        return byBlock.getOrDefault(block, Map.of()).values().stream()
                .filter(parameter -> parameter.role() != Role.BUFFER)
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    }

    /** The bytes of parameters and buffers, without gaps. */
    public long bytes() {
        long buffered = buffers.stream().mapToLong(buffer -> buffer.shape().size()).sum();
        return (count() + buffered) * dtype.bytes();
    }

    /** What messages call a block: its path and its description. */
    String name(Block block) {
        String path = path(block);
        return path.isEmpty() ? block.describe() : "layer " + path + ", " + block.describe();
    }

    /**
     * The parameters whose paths match one of the patterns, in the order of the blocks.
     *
     * @throws IllegalArgumentException where a pattern matches none: it would do nothing
     */
    public List<Parameter> matching(String... patterns) {
        List<Parameter> matching = new ArrayList<>();
        for (String glob : patterns) {
            Pattern pattern = pattern(glob);
            List<Parameter> found =
                    byPath.entrySet().stream()
                            .filter(entry -> pattern.matcher(entry.getKey()).matches())
                            .map(Map.Entry::getValue)
                            .filter(parameter -> parameter.role() != Role.BUFFER)
                            .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        "no parameter matches '%s': there are %s"
                                .formatted(glob, some(byPath.keySet())));
            }
            matching.addAll(found);
        }
        return list.stream().filter(matching::contains).toList();
    }

    private static String some(Collection<String> paths) {
        List<String> first = paths.stream().limit(6).toList();
        return String.join(", ", first) + (paths.size() > first.size() ? ", ..." : "");
    }

    private static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    /**
     * Keeps the matching parameters as they are from now on. Optimizers are made afterwards.
     *
     * @throws IllegalArgumentException where a pattern matches none
     */
    public void freeze(String... patterns) {
        matching(patterns).forEach(parameter -> parameter.role(Role.FROZEN));
        arrange();
    }

    /**
     * Lets the matching parameters be trained from now on. Optimizers are made afterwards.
     *
     * @throws IllegalArgumentException where a pattern matches none
     */
    public void unfreeze(String... patterns) {
        matching(patterns).forEach(parameter -> parameter.role(Role.TRAINED));
        arrange();
    }

    /**
     * Puts the matching parameters into a group of their own. Optimizers are made afterwards.
     *
     * @throws IllegalArgumentException where a pattern matches none
     */
    public void group(String name, String... patterns) {
        matching(patterns).forEach(parameter -> parameter.group(name));
        arrange();
    }

    /** How many numbers the parameters are, without gaps and buffers. */
    public long count() {
        return list.stream().mapToLong(parameter -> parameter.shape().size()).sum();
    }

    /** How many of them are trained. */
    public long trainedCount() {
        return list.stream()
                .filter(parameter -> parameter.role() == Role.TRAINED)
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    }

    /**
     * The first parameter that is NaN or infinite, for messages: such as {@code 1.weight[3, 17] is
     * NaN}. Blocks.
     */
    public Optional<String> firstNonFinite() {
        for (Parameter parameter : list) {
            double[] numbers = parameter.value().toDoubleArray();
            for (int i = 0; i < numbers.length; i++) {
                if (!Double.isFinite(numbers[i])) {
                    return Optional.of(parameter.element(i) + " is " + numbers[i]);
                }
            }
        }
        return Optional.empty();
    }

    /** Asks the tape for the gradient of every trained parameter, to be written to its place. */
    public void watch(Tape tape) {
        for (ParameterGroup group : groups) {
            for (Parameter parameter : group.parameters()) {
                tape.watch(parameter.value(), parameter.gradient());
            }
        }
    }

    /**
     * The SHA-256 of the parameters without gaps, little-endian in order, in hexadecimal. Blocks.
     */
    public String sha256() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        for (Parameter parameter : list) {
            digest.update(HostArray.of(parameter.value()).content().asByteBuffer());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

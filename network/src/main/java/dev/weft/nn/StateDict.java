package dev.weft.nn;

import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.io.Excerpt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A network's parameters and buffers by their paths, on the host: what PyTorch calls a state dict.
 */
public final class StateDict {
    private StateDict() {}

    /** What the network holds, in the order of its blocks. Blocks. */
    public static Map<String, HostArray> of(Network network) {
        Map<String, HostArray> state = new LinkedHashMap<>();
        network.parameters()
                .byPath()
                .forEach((path, parameter) -> state.put(path, HostArray.of(parameter.value())));
        return state;
    }

    /**
     * Where a state dict and a network differ.
     *
     * @param missing paths of the network that the state has not
     * @param unexpected paths of the state that the network has not
     * @param misfits paths of both, with the two shapes
     */
    public record Differences(List<String> missing, List<String> unexpected, List<String> misfits) {
        private static final int MOST = 20;

        /** Keeps the lists as they are now. */
        public Differences {
            missing = List.copyOf(missing);
            unexpected = List.copyOf(unexpected);
            misfits = List.copyOf(misfits);
        }

        /** Whether there is none. */
        public boolean isEmpty() {
            return missing.isEmpty() && unexpected.isEmpty() && misfits.isEmpty();
        }

        @Override
        public String toString() {
            return "missing: %s; unexpected: %s; of another shape: %s"
                    .formatted(text(missing), text(unexpected), text(misfits));
        }

        private static String text(List<String> paths) {
            String first =
                    paths.stream().limit(MOST).map(Excerpt::of).collect(Collectors.joining(", "));
            return paths.isEmpty()
                    ? "none"
                    : paths.size() <= MOST
                            ? first
                            : first + ", and %d more".formatted(paths.size() - MOST);
        }
    }

    /**
     * Gives the network the values of a state dict, converted to its type.
     *
     * @throws IllegalArgumentException listing every difference, where there is one; the network is
     *     as it was
     */
    public static void load(Network network, Map<String, HostArray> state) {
        Differences differences = differences(network, state);
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(
                    "the state does not fit the network: " + differences);
        }
        assign(network, state);
    }

    /**
     * Gives the network the values that fit, converted to its type, and leaves the others as they
     * are.
     *
     * @return what did not fit
     */
    public static Differences loadWhatFits(Network network, Map<String, HostArray> state) {
        Differences differences = differences(network, state);
        Map<String, HostArray> fitting = new LinkedHashMap<>(state);
        Map<String, Parameter> own = network.parameters().byPath();
        fitting.entrySet()
                .removeIf(
                        entry -> {
                            Parameter parameter = own.get(entry.getKey());
                            return parameter == null
                                    || !parameter.shape().equals(entry.getValue().shape());
                        });
        assign(network, fitting);
        return differences;
    }

    /** Where they differ. A tensor that has two paths is there where one of them is. */
    public static Differences differences(Network network, Map<String, HostArray> state) {
        Map<String, Parameter> own = network.parameters().byPath();
        Set<Parameter> found = new HashSet<>();
        own.forEach(
                (path, parameter) -> {
                    if (state.containsKey(path)) {
                        found.add(parameter);
                    }
                });
        List<String> missing =
                own.entrySet().stream()
                        .filter(entry -> !found.contains(entry.getValue()))
                        .map(Map.Entry::getKey)
                        .toList();
        List<String> unexpected =
                state.keySet().stream().filter(path -> !own.containsKey(path)).toList();
        List<String> misfits = new ArrayList<>();
        state.forEach(
                (path, array) -> {
                    Parameter parameter = own.get(path);
                    if (parameter != null && !parameter.shape().equals(array.shape())) {
                        misfits.add(
                                "%s (%s, and the network has %s)"
                                        .formatted(path, array.shape(), parameter.shape()));
                    }
                });
        return new Differences(missing, unexpected, misfits);
    }

    private static void assign(Network network, Map<String, HostArray> state) {
        Map<String, Parameter> own = network.parameters().byPath();
        state.forEach(
                (path, array) -> {
                    try (Scope _ = network.device().scope()) {
                        Tensor value = Objects.requireNonNull(own.get(path)).value();
                        value.assign(array.on(network.device()));
                    }
                });
    }
}

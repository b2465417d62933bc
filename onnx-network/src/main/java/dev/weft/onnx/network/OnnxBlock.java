package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Tensor;
import dev.weft.nn.Block;
import dev.weft.nn.Fans;
import dev.weft.nn.ParameterSpec;
import dev.weft.nn.Pass;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * An ONNX model as a block of a network: it takes the model's inputs and gives its outputs, in
 * their order, and its weights are parameters under their names in the file, which begin with the
 * file's values. Gradients flow through every operator that is made of differentiable ones.
 *
 * <pre>{@code
 * try (OnnxBlock encoder = OnnxBlock.of(OnnxModel.read(path))) {
 *     Network network = Network.create(device, new Sequential(encoder, new Linear(384, 2)), 1);
 *     network.parameters().freeze("0.embeddings.*");
 * }
 * }</pre>
 *
 * <p>What is no parameter stays as it is in the file: numbers of rank 0, the running statistics of
 * a BatchNormalization, which therefore also in training normalises by those, and all weights but
 * the matching ones after {@link #parametersMatching}: these take no memory for gradients, and what
 * depends on them alone is computed once.
 *
 * <p>Such constants are kept on each device that the block ran on, until it is closed; close it
 * before its devices.
 */
public final class OnnxBlock implements Block, AutoCloseable {
    private final OnnxModel model;
    private final List<OnnxTensor> weights;
    private final OnnxModel opened;
    private final IdentityHashMap<Device, OnnxSession> sessions = new IdentityHashMap<>();

    private OnnxBlock(OnnxModel model, List<OnnxTensor> weights) {
        this.model = model;
        this.weights = weights;
        this.opened = model.withInputs(weights.stream().map(OnnxTensor::name).toList());
    }

    /** A block whose parameters are all of the model's {@link OnnxModel#weights}. */
    public static OnnxBlock of(OnnxModel model) {
        return new OnnxBlock(model, model.weights());
    }

    /**
     * The same model with fewer parameters.
     *
     * @param patterns of names, in which {@code *} stands for any characters and {@code ?} for one
     * @throws IllegalArgumentException where a pattern matches none of the weights
     */
    public OnnxBlock parametersMatching(String... patterns) {
        List<Predicate<String>> all = new ArrayList<>();
        for (String glob : patterns) {
            Predicate<String> matches = pattern(glob).asMatchPredicate();
            if (weights.stream().map(OnnxTensor::name).noneMatch(matches)) {
                throw new IllegalArgumentException(
                        "%s: no weight matches '%s': there are %s"
                                .formatted(
                                        describe(),
                                        glob,
                                        weights.stream().limit(6).map(OnnxTensor::name).toList()));
            }
            all.add(matches);
        }
        return new OnnxBlock(
                model,
                weights.stream()
                        .filter(weight -> all.stream().anyMatch(m -> m.test(weight.name())))
                        .toList());
    }

    private static Pattern pattern(String glob) {
        String quoted = Pattern.quote(glob);
        return Pattern.compile(quoted.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"));
    }

    @Override
    public String describe() {
        return "OnnxBlock(%s)".formatted(model);
    }

    @Override
    public List<ParameterSpec> parameters() {
        return weights.stream()
                .map(
                        weight ->
                                new ParameterSpec(
                                        weight.name(),
                                        weight.shape(),
                                        Fans.of(weight.shape()),
                                        (values, _, _, _) -> fill(values, weight)))
                .toList();
    }

    private static void fill(double[] values, OnnxTensor weight) {
        HostArray elements = weight.elements();
        Arrays.setAll(values, elements::get);
    }

    /**
     * The model's outputs.
     *
     * @param inputs the model's inputs, in their order
     * @throws dev.weft.onnx.graph.OnnxException where they do not fit the model, or where something
     *     is trained whose gradient an operator does not hand on
     */
    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        List<ValueInfo> taken = model.inputs();
        if (inputs.size() != taken.size()) {
            throw new IllegalArgumentException(
                    "%s takes %d inputs, %s, got %d"
                            .formatted(
                                    describe(),
                                    taken.size(),
                                    taken.stream().map(ValueInfo::name).toList(),
                                    inputs.size()));
        }
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            given.put(taken.get(i).name(), inputs.get(i));
        }
        for (OnnxTensor weight : weights) {
            Tensor value = pass.get(this, weight.name());
            DType dtype = weight.elements().dtype();
            if (value.dtype() != dtype) {
                throw new IllegalArgumentException(
                        "%s: weight '%s' is %s, and the network's parameters are %s: make the network of the model's type"
                                .formatted(describe(), weight.name(), dtype, value.dtype()));
            }
            given.put(weight.name(), value);
        }
        return List.copyOf(session(inputs.getFirst().device()).record(given).values());
    }

    private OnnxSession session(Device device) {
        return sessions.computeIfAbsent(device, each -> each.outsideScopes(() -> opened.on(each)));
    }

    /** Gives back what it keeps on devices. */
    @Override
    public void close() {
        sessions.values().forEach(OnnxSession::close);
        sessions.clear();
    }
}

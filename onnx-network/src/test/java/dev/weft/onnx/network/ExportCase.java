package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.PoolWindow;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.UnaryOp;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.AttentionSettings;
import dev.weft.nn.BatchNorm;
import dev.weft.nn.Bert;
import dev.weft.nn.Block;
import dev.weft.nn.Cnn;
import dev.weft.nn.Convolution;
import dev.weft.nn.Dropout;
import dev.weft.nn.Embedding;
import dev.weft.nn.FeedForward;
import dev.weft.nn.Flatten;
import dev.weft.nn.GRU;
import dev.weft.nn.Gpt;
import dev.weft.nn.GroupNorm;
import dev.weft.nn.HeadPositions;
import dev.weft.nn.LSTM;
import dev.weft.nn.Lambda;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.LearnedPositions;
import dev.weft.nn.Linear;
import dev.weft.nn.Models;
import dev.weft.nn.MultiHeadAttention;
import dev.weft.nn.Network;
import dev.weft.nn.Parallel;
import dev.weft.nn.Parameter;
import dev.weft.nn.Pool;
import dev.weft.nn.RMSNorm;
import dev.weft.nn.RNN;
import dev.weft.nn.RecurrentSettings;
import dev.weft.nn.ResNet;
import dev.weft.nn.Residual;
import dev.weft.nn.Sequential;
import dev.weft.nn.SimClr;
import dev.weft.nn.SinusoidalPositions;
import dev.weft.nn.Softmax;
import dev.weft.nn.TransformerDecoderLayer;
import dev.weft.nn.TransformerEncoderLayer;
import dev.weft.nn.TransformerSettings;
import dev.weft.nn.TransposedConvolution;
import dev.weft.nn.UNet;
import dev.weft.nn.Unflatten;
import dev.weft.nn.Upsample;
import dev.weft.nn.VisionTransformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A block with what it takes: every kind of block that there is, and the architectures of them.
 *
 * @param inputs in their order
 */
record ExportCase(String name, Block block, List<Input> inputs) {
    /**
     * An input.
     *
     * @param below integers are below this
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Input(String name, DType dtype, int below, long... dims) {
        Tensor sample(Device device, long batch, long seed) {
            long[] extents =
                    Arrays.stream(dims).map(d -> d == OnnxExport.BATCH ? batch : d).toArray();
            if (dtype.isFloating()) {
                return device.random(seed).normal(dtype, 0, 1, extents);
            }
            return device.random(seed).integers(0, below, extents).to(dtype);
        }
    }

    static List<ExportCase> all() {
        List<ExportCase> cases = new ArrayList<>();
        layers(cases);
        images(cases);
        sequences(cases);
        architectures(cases);
        return cases;
    }

    private static Input x(long... dims) {
        long[] all = new long[dims.length + 1];
        all[0] = OnnxExport.BATCH;
        System.arraycopy(dims, 0, all, 1, dims.length);
        return new Input("x", DType.F32, 0, all);
    }

    private static Input ids(String name, int below, long length) {
        return new Input(name, DType.I64, below, OnnxExport.BATCH, length);
    }

    private static ExportCase of(String name, Block block, Input... inputs) {
        return new ExportCase(name, block, List.of(inputs));
    }

    private static void layers(List<ExportCase> cases) {
        cases.add(of("linear", new Linear(5, 3), x(5)));
        cases.add(of("linear of rank 3", new Linear(5, 3), x(4, 5)));
        for (UnaryOp op :
                List.of(
                        UnaryOp.RELU,
                        UnaryOp.LEAKY_RELU,
                        UnaryOp.ELU,
                        UnaryOp.SIGMOID,
                        UnaryOp.TANH,
                        UnaryOp.GELU_ERF,
                        UnaryOp.GELU_TANH,
                        UnaryOp.SILU,
                        UnaryOp.SOFTPLUS,
                        UnaryOp.HARD_SIGMOID,
                        UnaryOp.HARD_SWISH,
                        UnaryOp.MISH,
                        UnaryOp.SELU,
                        UnaryOp.CELU,
                        UnaryOp.SOFTSIGN,
                        UnaryOp.LOG_SIGMOID)) {
            cases.add(of(op.name(), new ActivationLayer(op, 0.3), x(7)));
        }
        cases.add(of("softmax", new Softmax(), x(7)));
        cases.add(
                of(
                        "dropout and residual",
                        new Sequential(
                                new Residual(new Linear(6, 6)),
                                new Dropout(0.5),
                                ActivationLayer.relu()),
                        x(6)));
        cases.add(of("parallel", Parallel.of(new Linear(6, 2), new Linear(6, 3)), x(6)));
        cases.add(of("concat", Parallel.concat(1, new Linear(6, 2), new Linear(6, 3)), x(6)));
        cases.add(of("sum", Parallel.sum(new Linear(6, 2), new Linear(6, 2)), x(6)));
        cases.add(of("flatten", new Sequential(new Flatten(), new Unflatten(6, 2)), x(3, 4)));
        cases.add(
                of(
                        "lambda",
                        new Lambda(
                                "norms",
                                y -> y.square().sum(1, 2).sqrt().add(y.select(1, 0).max(1).exp())),
                        x(3, 4)));
        cases.add(
                of(
                        "lambda of parts",
                        new Lambda(
                                "shifted",
                                y ->
                                        Tensor.concat(
                                                1,
                                                y.slice(1, 2, 5),
                                                y.slice(1, 0, 2),
                                                y.slice(1, 0, 5, 2).neg())),
                        x(5, 2)));
        cases.add(of("lambda of an index", new Lambda("argmax", y -> y.argmax(1)), x(9)));
    }

    private static void images(List<ExportCase> cases) {
        cases.add(of("conv1d", Convolution.conv1d(2, 3, 3).stride(2), x(2, 9)));
        cases.add(
                of(
                        "conv2d",
                        Convolution.conv2d(4, 6, 3, 2)
                                .groups(2)
                                .padding(new int[] {1, 0}, new int[] {2, 1})
                                .dilation(2, 1),
                        x(4, 8, 7)));
        cases.add(of("conv3d", Convolution.conv3d(1, 2, 2).padding(1), x(1, 4, 3, 5)));
        cases.add(
                of(
                        "convTranspose1d",
                        TransposedConvolution.convTranspose1d(2, 3, 4).stride(2).padding(1),
                        x(2, 5)));
        cases.add(
                of(
                        "convTranspose2d",
                        TransposedConvolution.convTranspose2d(4, 6, 3)
                                .stride(2)
                                .padding(1)
                                .outputPadding(1)
                                .groups(2),
                        x(4, 5, 3)));
        cases.add(of("max pool", Pool.max(2, 2), x(2, 6, 5)));
        cases.add(
                of(
                        "max pool of one axis",
                        Pool.max(PoolWindow.of(3).stride(2).padding(1).ceil(true)),
                        x(2, 8)));
        cases.add(
                of(
                        "average pool",
                        Pool.average(PoolWindow.of(2, 3).stride(2, 1), false),
                        x(2, 6, 5)));
        cases.add(
                of(
                        "average pool that counts padding",
                        Pool.average(PoolWindow.of(3, 3).stride(2).padding(1), true),
                        x(2, 5, 5)));
        cases.add(of("adaptive average", Pool.adaptiveAverage(2, 2), x(3, 6, 4)));
        cases.add(of("global average", Pool.globalAverage(2), x(3, 6, 4)));
        cases.add(of("global maximum", Pool.globalMax(2), x(3, 6, 4)));
        cases.add(of("batch norm", new BatchNorm(3), x(3, 4, 5)));
        cases.add(of("layer norm", new LayerNorm(6), x(4, 6)));
        cases.add(of("layer norm of two axes", new LayerNorm(4, 6), x(4, 6)));
        cases.add(of("group norm", new GroupNorm(2, 4), x(4, 3, 3)));
        cases.add(of("root mean square norm", new RMSNorm(6), x(4, 6)));
        cases.add(of("nearest", Upsample.nearest(2), x(2, 3, 4)));
        cases.add(of("bilinear", Upsample.linear(2), x(2, 3, 4)));
    }

    private static void sequences(List<ExportCase> cases) {
        cases.add(of("embedding", new Embedding(11, 4), ids("ids", 11, 6)));
        cases.add(of("embedding with padding", new Embedding(11, 4).padding(0), ids("ids", 11, 6)));
        cases.add(of("learned positions", new LearnedPositions(8, 6), x(5, 6)));
        cases.add(of("sinusoidal positions", new SinusoidalPositions(6), x(5, 6)));
        AttentionSettings attention = AttentionSettings.of(8, 2);
        cases.add(of("attention", new MultiHeadAttention(attention), x(5, 8)));
        cases.add(
                of(
                        "causal attention",
                        new MultiHeadAttention(
                                attention.causal(true).positions(HeadPositions.ALIBI)),
                        x(5, 8)));
        cases.add(
                of(
                        "grouped queries with rotation",
                        new MultiHeadAttention(
                                AttentionSettings.of(16, 4)
                                        .keyValueHeads(2)
                                        .causal(true)
                                        .positions(HeadPositions.ROTARY_HALVES)),
                        x(5, 16)));
        cases.add(
                of(
                        "cross attention",
                        new MultiHeadAttention(attention),
                        x(5, 8),
                        new Input("memory", DType.F32, 0, OnnxExport.BATCH, 3, 8)));
        TransformerSettings settings = TransformerSettings.of(attention, 12);
        cases.add(of("encoder layer", new TransformerEncoderLayer(settings), x(5, 8)));
        cases.add(
                of(
                        "encoder layer, norm first, swiglu",
                        new TransformerEncoderLayer(
                                settings.normFirst(true)
                                        .rootMeanSquare(true)
                                        .feedForward(FeedForward.SWIGLU)),
                        x(5, 8)));
        cases.add(
                of(
                        "decoder layer",
                        new TransformerDecoderLayer(settings),
                        x(5, 8),
                        new Input("memory", DType.F32, 0, OnnxExport.BATCH, 3, 8)));
        cases.add(of("lstm", new LSTM(3, 4), x(5, 3)));
        RecurrentSettings two = RecurrentSettings.defaults().layers(2).bidirectional(true);
        cases.add(of("lstm of two layers", new LSTM(3, 4, two.batchFirst(true)), x(5, 3)));
        cases.add(
                of(
                        "gru",
                        new GRU(3, 4, two.batchFirst(false)),
                        new Input("x", DType.F32, 0, 5, OnnxExport.BATCH, 3)));
        cases.add(of("rnn", new RNN(3, 4), x(5, 3)));
    }

    private static void architectures(List<ExportCase> cases) {
        cases.add(of("simplenet", Models.SIMPLENET.layers(0.1), x(784)));
        cases.add(of("lenet", Cnn.leNet(10), x(1, 28, 28)));
        cases.add(of("cnn", Cnn.small(1, 12, 10), x(1, 12, 12)));
        cases.add(of("resnet", ResNet.small(1, 10), x(1, 8, 8)));
        cases.add(of("vit", new VisionTransformer(3, 8, 4, 16, 2, 2, 0, 10), x(3, 8, 8)));
        cases.add(of("gpt", Gpt.gpt2(13, 8, 8, 2, 2, 0), ids("ids", 13, 7)));
        cases.add(of("bert", new Bert(13, 8, 8, 2, 2, 0.1), ids("ids", 13, 7)));
        cases.add(
                of(
                        "bert with segments and a mask",
                        new Bert(13, 8, 8, 2, 2, 0.1),
                        ids("ids", 13, 7),
                        ids("segments", 2, 7),
                        new Input("mask", DType.BOOL, 2, OnnxExport.BATCH, 7)));
        cases.add(
                of(
                        "unet",
                        new UNet(1, 8, 1, 10),
                        x(1, 4, 4),
                        new Input("step", DType.I32, 10, OnnxExport.BATCH)));
        cases.add(
                of(
                        "simclr",
                        new SimClr(new Sequential(new Flatten(), new Linear(16, 8)), 8, 4),
                        x(4, 4)));
    }

    /** The same in F64. */
    ExportCase wide() {
        return new ExportCase(
                name,
                block,
                inputs.stream()
                        .map(
                                x ->
                                        x.dtype() == DType.F32
                                                ? new Input(x.name(), DType.F64, 0, x.dims())
                                                : x)
                        .toList());
    }

    /** A network with numbers other than the first in all its parameters and buffers. */
    Network network(Device device, DType dtype) {
        Network network = Network.create(device, block, dtype, 3);
        int seed = 0;
        for (Parameter buffer : network.parameters().buffers()) {
            try (Scope _ = device.scope()) {
                long size = buffer.shape().size();
                buffer.value()
                        .assign(
                                device.random(seed++)
                                        .uniform(dtype, 0.5, 1.5, size)
                                        .reshape(buffer.shape().toArray()));
            }
        }
        return network;
    }

    OnnxExport export(Network network) {
        OnnxExport export = OnnxExport.of(network);
        inputs.forEach(input -> export.input(input.name(), input.dtype(), input.dims()));
        return export;
    }

    Map<String, Tensor> samples(Device device, long batch) {
        Map<String, Tensor> samples = new LinkedHashMap<>();
        inputs.forEach(
                input -> samples.put(input.name(), input.sample(device, batch, samples.size())));
        return samples;
    }

    /** What the network gives for a batch. */
    static List<Tensor> expected(Network network, Map<String, Tensor> samples) {
        return network.run(false, List.copyOf(samples.values())).outputs();
    }

    @Override
    public String toString() {
        return name;
    }
}

package dev.weft.embeddings;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.Device;
import dev.weft.Normalizations;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * BERT and its kin from checkpoints of Hugging Face's transformers: tables of tokens, positions and
 * the first segment, then layers of attention and two products, each added and normalised. Devlin
 * et al. 2019; Liu et al. 2019 (RoBERTa); Sanh et al. 2019 (DistilBERT); Song et al. 2020 (MPNet,
 * whose scores have a bias by distance).
 */
final class TransformerModel implements TokenModel {
    private static final double EPS = 1e-12;
    private static final int BUCKETS = 32;
    private static final int FARTHEST = 128;
    private static final String BUCKETS_NAME = "relative_attention_num_buckets";

    private final Device device;

    /** What lives as long as the model. */
    private final Scope scope;

    private final int width;
    private final int heads;
    private final int firstPosition;
    private final UnaryOperator<Tensor> between;
    private final Tensor words;

    /** Of the positions, with that of the first segment added. */
    private final Tensor positions;

    private final Norm norm;
    private final List<Layer> layers = new ArrayList<>();
    private final @Nullable Tensor distances;

    private record Norm(Tensor weight, Tensor bias, double eps) {
        Tensor of(Tensor x) {
            return Normalizations.layerNorm(x, -1, weight, bias, eps);
        }
    }

    private record Product(Tensor weight, Tensor bias) {
        Tensor of(Tensor x) {
            return x.linear(weight, bias, Activation.IDENTITY);
        }
    }

    /**
     * A layer.
     *
     * @param inward makes queries, keys and values, one behind the other
     */
    private record Layer(
            Product inward,
            Product outward,
            Norm attended,
            Product first,
            Product second,
            Norm fed) {}

    private TransformerModel(Device device, Checkpoint checkpoint, ModelConfig config, Scope scope)
            throws FormatException {
        this.device = device;
        this.scope = scope;
        Family family = Family.of(config);
        this.between = between(config);
        this.firstPosition = config.firstPosition();
        this.width = config.count("hidden_size", "dim");
        this.heads = config.count("num_attention_heads", "n_heads");
        if (width % heads != 0) {
            throw config.wrong(
                    "config.json: %d heads do not divide a width of %d".formatted(heads, width));
        }
        words = checkpoint.weight(Family.WORDS, config.count("vocab_size"), width);
        positions = positions(checkpoint, family, config);
        Parts parts = new Parts(checkpoint, width, config.numberOr(EPS, "layer_norm_eps"));
        norm = parts.norm(Family.NORM);
        int hidden = config.count("intermediate_size", "hidden_dim");
        int depth = config.count("num_hidden_layers", "n_layers");
        for (int i = 0; i < depth; i++) {
            layers.add(
                    new Layer(
                            parts.together(family.inward(i)),
                            parts.product(family.outward(i), width, width),
                            parts.norm(family.attended(i)),
                            parts.product(family.first(i), hidden, width),
                            parts.product(family.second(i), width, hidden),
                            parts.norm(family.fed(i))));
        }
        String bias = family.distances();
        distances =
                bias == null
                        ? null
                        : checkpoint.weight(bias, config.countOr(BUCKETS, BUCKETS_NAME), heads);
    }

    /**
     * The model on a device.
     *
     * @throws FormatException where the configuration asks for what is not there, or a tensor is
     *     missing or of another shape
     */
    static TransformerModel on(Device device, Safetensors file, ModelConfig config)
            throws FormatException {
        Scope scope = device.scope();
        try {
            return new TransformerModel(
                    device, new Checkpoint(device, file, config), config, scope);
        } catch (FormatException | RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    private Tensor positions(Checkpoint checkpoint, Family family, ModelConfig config)
            throws FormatException {
        int rows = config.count("max_position_embeddings");
        Tensor places = checkpoint.weight(Family.POSITIONS, rows, width);
        String name = family.segments();
        if (name == null) {
            return places;
        }
        try (places;
                Tensor segments =
                        checkpoint.weight(name, config.countOr(2, "type_vocab_size"), width);
                Tensor first = segments.slice(0, 0, 1)) {
            return places.add(first);
        }
    }

    private static UnaryOperator<Tensor> between(ModelConfig config) throws FormatException {
        String position = config.textOr("absolute", "position_embedding_type");
        if (!position.equals("absolute")) {
            throw config.wrong(
                    "config.json: position_embedding_type '%s': absolute is read; export it to ONNX"
                            .formatted(position));
        }
        String function = config.textOr("gelu", "hidden_act", "activation");
        return switch (function) {
            case "gelu" -> Tensor::gelu;
            case "gelu_new", "gelu_pytorch_tanh" -> Tensor::geluTanh;
            case "relu" -> Tensor::relu;
            default ->
                    throw config.wrong(
                            "config.json: hidden_act '%s': gelu, gelu_new, gelu_pytorch_tanh and relu are read"
                                    .formatted(function));
        };
    }

    /** Reads the parts of layers. */
    private record Parts(Checkpoint checkpoint, int width, double eps) {
        Norm norm(String name) throws FormatException {
            return new Norm(checkpoint.weight(name, width), checkpoint.bias(name, width), eps);
        }

        Product product(String name, int outputs, int inputs) throws FormatException {
            return new Product(
                    checkpoint.weight(name, outputs, inputs), checkpoint.bias(name, outputs));
        }

        /** Several products of a width as one. */
        Product together(List<String> names) throws FormatException {
            List<Product> products = new ArrayList<>();
            for (String name : names) {
                products.add(product(name, width, width));
            }
            return new Product(
                    joined(products.stream().map(Product::weight).toArray(Tensor[]::new)),
                    joined(products.stream().map(Product::bias).toArray(Tensor[]::new)));
        }

        private static Tensor joined(Tensor[] parts) {
            Tensor all = Tensor.concat(0, parts);
            for (Tensor part : parts) {
                part.close();
            }
            return all;
        }
    }

    @Override
    public Tensor forward(Batch batch) {
        int rows = batch.rows();
        int length = batch.length();
        Tensor x =
                words.gather(device.tensor(batch.ids()))
                        .reshape(rows, length, width)
                        .add(positions.slice(0, firstPosition, firstPosition + length));
        x = norm.of(x.reshape(-1, width));
        AttentionOptions seen = AttentionOptions.defaults().mask(mask(batch));
        for (Layer layer : layers) {
            Tensor attended = attended(layer, x.reshape(rows, length, width), seen);
            x = layer.attended().of(x.add(attended));
            Tensor fed = between.apply(layer.first().of(x));
            x = layer.fed().of(x.add(layer.second().of(fed)));
        }
        return x.reshape(rows, length, width);
    }

    private Tensor attended(Layer layer, Tensor x, AttentionOptions seen) {
        long rows = x.dim(0);
        long length = x.dim(1);
        Tensor all =
                layer.inward()
                        .of(x.reshape(-1, width))
                        .reshape(rows, length, 3L * heads, width / heads)
                        .permute(0, 2, 1, 3);
        Tensor y =
                Attention.attend(
                        all.slice(1, 0, heads),
                        all.slice(1, heads, 2L * heads),
                        all.slice(1, 2L * heads, 3L * heads),
                        seen);
        return layer.outward().of(y.permute(0, 2, 1, 3).contiguous().reshape(-1, width));
    }

    /** Which keys are there, and what scores get by distance: null where it is all and nothing. */
    private @Nullable Tensor mask(Batch batch) {
        boolean isFull = IntStream.of(batch.lengths()).allMatch(each -> each == batch.length());
        Tensor keys =
                isFull ? null : device.tensor(batch.mask(), batch.rows(), 1, 1, batch.length());
        if (distances == null) {
            return keys;
        }
        Tensor bias = bias(distances, batch.length());
        return keys == null
                ? bias
                : keys.where(bias, device.full(Double.NEGATIVE_INFINITY, Shape.SCALAR));
    }

    /** 1×heads×queries×keys. */
    private Tensor bias(Tensor table, int length) {
        int buckets = Math.toIntExact(table.dim(0));
        int[] rows = new int[length * length];
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                rows[query * length + key] = bucket(key - query, buckets);
            }
        }
        return table.gather(device.tensor(rows))
                .reshape(1, length, length, heads)
                .permute(0, 3, 1, 2);
    }

    /**
     * The row for a distance: half of them for keys behind the query; of each half, half for single
     * distances, and the rest for ranges that grow by a factor up to 128. Raffel et al. 2020,
     * section 2.1.
     */
    static int bucket(int distance, int buckets) {
        int half = buckets / 2;
        int single = half / 2;
        int away = Math.abs(distance);
        int within = away;
        if (away >= single) {
            double grown = Math.log((double) away / single) / Math.log((double) FARTHEST / single);
            within = Math.min(half - 1, single + (int) (grown * (half - single)));
        }
        return (distance > 0 ? half : 0) + within;
    }

    @Override
    public boolean mixesTexts() {
        return false;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int positions() {
        return Math.toIntExact(positions.dim(0));
    }

    @Override
    public void close() {
        scope.close();
    }
}

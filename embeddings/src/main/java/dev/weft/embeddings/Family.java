package dev.weft.embeddings;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** How checkpoints of Hugging Face's transformers name the parts of a layer, by model_type. */
enum Family {
    BERT(
            "encoder.layer.%d.",
            "attention.self.%s",
            List.of("query", "key", "value"),
            List.of("attention.output.dense", "intermediate.dense", "output.dense"),
            List.of("attention.output.LayerNorm", "output.LayerNorm")),
    MPNET(
            "encoder.layer.%d.",
            "attention.attn.%s",
            List.of("q", "k", "v"),
            List.of("attention.attn.o", "intermediate.dense", "output.dense"),
            List.of("attention.LayerNorm", "output.LayerNorm")),
    DISTILBERT(
            "transformer.layer.%d.",
            "attention.%s_lin",
            List.of("q", "k", "v"),
            List.of("attention.out_lin", "ffn.lin1", "ffn.lin2"),
            List.of("sa_layer_norm", "output_layer_norm"));

    static final String WORDS = "embeddings.word_embeddings";
    static final String POSITIONS = "embeddings.position_embeddings";
    static final String NORM = "embeddings.LayerNorm";

    private final String layer;
    private final String inward;
    private final List<String> inwards;
    private final List<String> products;
    private final List<String> norms;

    Family(
            String layer,
            String inward,
            List<String> inwards,
            List<String> products,
            List<String> norms) {
        this.layer = layer;
        this.inward = inward;
        this.inwards = inwards;
        this.products = products;
        this.norms = norms;
    }

    /**
     * That of a config.json.
     *
     * @throws FormatException where Weft has none of its kind
     */
    static Family of(ModelConfig config) throws FormatException {
        return switch (config.modelType()) {
            case "bert", "roberta", "xlm-roberta", "camembert" -> BERT;
            case "mpnet" -> MPNET;
            case "distilbert" -> DISTILBERT;
            case "" ->
                    throw config.wrong(
                            "config.json, which model.safetensors needs, names no model_type");
            default ->
                    throw config.wrong(
                            "config.json: model_type '%s': of model.safetensors bert, roberta, xlm-roberta, camembert, distilbert and mpnet are read; export it to ONNX"
                                    .formatted(config.modelType()));
        };
    }

    /** The table of segments, where there is one. */
    @Nullable String segments() {
        return this == BERT ? "embeddings.token_type_embeddings" : null;
    }

    /** The table of what distances add to scores, where there is one. */
    @Nullable String distances() {
        return this == MPNET ? "encoder.relative_attention_bias" : null;
    }

    private String of(int number, String part) {
        return layer.formatted(number) + part;
    }

    /** The products that make a layer's queries, keys and values. */
    List<String> inward(int number) {
        return inwards.stream().map(each -> of(number, inward.formatted(each))).toList();
    }

    /** The product behind a layer's attention. */
    String outward(int number) {
        return of(number, products.getFirst());
    }

    /** The first product of a layer's second part. */
    String first(int number) {
        return of(number, products.get(1));
    }

    /** The second product of a layer's second part. */
    String second(int number) {
        return of(number, products.get(2));
    }

    /** The norm behind a layer's attention. */
    String attended(int number) {
        return of(number, norms.getFirst());
    }

    /** The norm behind a layer. */
    String fed(int number) {
        return of(number, norms.get(1));
    }
}

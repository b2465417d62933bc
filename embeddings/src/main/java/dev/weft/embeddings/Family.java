package dev.weft.embeddings;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** How checkpoints of Hugging Face's transformers name the parts of a layer, by model_type. */
enum Family {
    BERT(
            "encoder.layer.%d.",
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "attention.output.LayerNorm",
            "intermediate.dense",
            "output.dense",
            "output.LayerNorm"),
    MPNET(
            "encoder.layer.%d.",
            "attention.attn.q",
            "attention.attn.k",
            "attention.attn.v",
            "attention.attn.o",
            "attention.LayerNorm",
            "intermediate.dense",
            "output.dense",
            "output.LayerNorm"),
    DISTILBERT(
            "transformer.layer.%d.",
            "attention.q_lin",
            "attention.k_lin",
            "attention.v_lin",
            "attention.out_lin",
            "sa_layer_norm",
            "ffn.lin1",
            "ffn.lin2",
            "output_layer_norm");

    static final String WORDS = "embeddings.word_embeddings";
    static final String POSITIONS = "embeddings.position_embeddings";
    static final String NORM = "embeddings.LayerNorm";

    private final String layer;
    private final String queries;
    private final String keys;
    private final String values;
    private final String outward;
    private final String attended;
    private final String first;
    private final String second;
    private final String fed;

    Family(
            String layer,
            String queries,
            String keys,
            String values,
            String outward,
            String attended,
            String first,
            String second,
            String fed) {
        this.layer = layer;
        this.queries = queries;
        this.keys = keys;
        this.values = values;
        this.outward = outward;
        this.attended = attended;
        this.first = first;
        this.second = second;
        this.fed = fed;
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
        return List.of(of(number, queries), of(number, keys), of(number, values));
    }

    /** The product behind a layer's attention. */
    String outward(int number) {
        return of(number, outward);
    }

    /** The norm behind a layer's attention. */
    String attended(int number) {
        return of(number, attended);
    }

    /** The first product of a layer's second part. */
    String first(int number) {
        return of(number, first);
    }

    /** The second product of a layer's second part. */
    String second(int number) {
        return of(number, second);
    }

    /** The norm behind a layer. */
    String fed(int number) {
        return of(number, fed);
    }
}

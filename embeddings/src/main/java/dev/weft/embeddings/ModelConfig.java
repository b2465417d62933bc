package dev.weft.embeddings;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the JSON files beside a model say of it. */
final class ModelConfig {
    private static final String MODULES = "modules.json";
    private static final String CONFIG = "config.json";

    /** Where sentence-transformers puts pooling, unless modules.json says otherwise. */
    private static final String POOLING = "1_Pooling";

    /** More is what tokenizers say that have no limit. */
    private static final int MOST_TOKENS = 1 << 24;

    private final ModelFiles files;
    private final Map<?, ?> config;
    private final @Nullable List<?> modules;

    private ModelConfig(ModelFiles files, Map<?, ?> config, @Nullable List<?> modules) {
        this.files = files;
        this.config = config;
        this.modules = modules;
    }

    static ModelConfig read(ModelFiles files) throws IOException {
        Object modules = files.json(MODULES);
        if (modules != null && !(modules instanceof List)) {
            throw files.wrong("modules.json: expected a list");
        }
        return new ModelConfig(files, files.object(CONFIG), (List<?>) modules);
    }

    /** The kind of a checkpoint, such as bert; empty where it is not said. */
    String modelType() {
        return config.get("model_type") instanceof String type ? type : "";
    }

    /** A whole number of config.json, by the first of these names that is there. */
    int count(String... names) throws FormatException {
        int found = count(config, MOST_TOKENS, names);
        if (found < 1) {
            throw files.wrong("config.json: has no number %s".formatted(names[0]));
        }
        return found;
    }

    /** The same, or another where it has none. */
    int countOr(int absent, String name) {
        int found = count(config, MOST_TOKENS, name);
        return found < 0 ? absent : found;
    }

    double numberOr(double absent, String name) {
        return config.get(name) instanceof Number number ? number.doubleValue() : absent;
    }

    String textOr(String absent, String... names) {
        for (String name : names) {
            if (config.get(name) instanceof String text) {
                return text;
            }
        }
        return absent;
    }

    /** A number from 0 to {@code most} by the first of these names that has one, or -1. */
    private static int count(Map<?, ?> object, int most, String... names) {
        for (String name : names) {
            if (object.get(name) instanceof Number number
                    && number.doubleValue() >= 0
                    && number.doubleValue() <= most) {
                return number.intValue();
            }
        }
        return -1;
    }

    /** Where the files say how many tokens of a text count, and 0 where they do not. */
    int maxTokens(int ofTokenizer) throws IOException {
        String name = "max_seq_length";
        int said = count(files.object("sentence_bert_config.json"), MOST_TOKENS, name);
        if (said > 0) {
            return said;
        }
        if (ofTokenizer > 0) {
            return ofTokenizer;
        }
        name = "model_max_length";
        return Math.max(0, count(files.object("tokenizer_config.json"), MOST_TOKENS, name));
    }

    /** The first id of positions: RoBERTa and those after it count from behind the padding. */
    int firstPosition() {
        return switch (modelType()) {
            case "roberta", "xlm-roberta", "camembert", "mpnet" -> countOr(1, "pad_token_id") + 1;
            default -> 0;
        };
    }

    /** How many tokens the model has positions for, or 0 where it is not said. */
    int positions() {
        int rows = countOr(0, "max_position_embeddings");
        return Math.max(0, rows - firstPosition());
    }

    /** Whether vectors are divided by their length. */
    boolean isNormalized() throws IOException {
        return modules == null || has("Normalize");
    }

    private boolean has(String kind) throws IOException {
        for (Object module : modules == null ? List.of() : modules) {
            if (kind(module).equals(kind)) {
                return true;
            }
        }
        return false;
    }

    /** The last part of a module's type, such as {@code Pooling}. */
    private String kind(Object module) throws IOException {
        if (module instanceof Map<?, ?> map && map.get("type") instanceof String type) {
            return type.substring(type.lastIndexOf('.') + 1);
        }
        throw files.wrong("modules.json: a module has no type");
    }

    /**
     * How tokens' vectors become one.
     *
     * @throws FormatException where that takes what Weft lacks
     */
    Pooling pooling() throws IOException {
        String folder = POOLING;
        for (Object module : modules == null ? List.of() : modules) {
            switch (kind(module)) {
                case "Transformer", "Normalize" -> {}
                case "Pooling" -> {
                    Object path = ((Map<?, ?>) module).get("path");
                    folder = path instanceof String text ? text : POOLING;
                }
                default ->
                        throw files.wrong(
                                "modules.json: asks for a module %s: Transformer, Pooling and Normalize are there"
                                        .formatted(kind(module)));
            }
        }
        String file = folder + "/config.json";
        Pooling found = null;
        for (Map.Entry<?, ?> entry : files.object(file).entrySet()) {
            if (entry.getKey() instanceof String name
                    && name.startsWith("pooling_mode_")
                    && Boolean.TRUE.equals(entry.getValue())) {
                if (found != null) {
                    throw files.wrong(
                            "%s: has several poolings: one after the other is not there"
                                    .formatted(file));
                }
                found = pooling(file, name);
            }
        }
        return found == null ? Pooling.MEAN : found;
    }

    private Pooling pooling(String file, String name) throws FormatException {
        return switch (name) {
            case "pooling_mode_mean_tokens" -> Pooling.MEAN;
            case "pooling_mode_cls_token" -> Pooling.CLS;
            case "pooling_mode_max_tokens" -> Pooling.MAX;
            case "pooling_mode_mean_sqrt_len_tokens" -> Pooling.MEAN_SQRT_LENGTH;
            case "pooling_mode_weightedmean_tokens" -> Pooling.WEIGHTED_MEAN;
            case "pooling_mode_lasttoken" -> Pooling.LAST;
            default -> throw files.wrong("%s: unknown pooling %s".formatted(file, name));
        };
    }

    FormatException wrong(String what) {
        return files.wrong(what);
    }
}

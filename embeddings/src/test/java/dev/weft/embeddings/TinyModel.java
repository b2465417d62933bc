package dev.weft.embeddings;

import dev.weft.HostArray;
import dev.weft.io.Safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/** A checkpoint of a BERT of 8 numbers, two heads and two layers, with a tokenizer of letters. */
final class TinyModel {
    static final int WIDTH = 8;
    static final int POSITIONS = 24;
    private static final int HIDDEN = 12;
    private static final String WORDS = "[PAD] [UNK] [CLS] [SEP] whale sea ship the";

    /** What stands in config.json, by its names. */
    final Map<String, Object> config = new LinkedHashMap<>();

    /** What stands in model.safetensors. */
    final Map<String, HostArray> tensors = new LinkedHashMap<>();

    private final Random random = new Random(1);

    TinyModel() {
        config.put("model_type", "bert");
        config.put("hidden_size", WIDTH);
        config.put("num_attention_heads", 2);
        config.put("num_hidden_layers", 2);
        config.put("intermediate_size", HIDDEN);
        config.put("max_position_embeddings", POSITIONS);
        config.put("vocab_size", vocabulary().length);
        add("embeddings.word_embeddings.weight", vocabulary().length, WIDTH);
        add("embeddings.position_embeddings.weight", POSITIONS, WIDTH);
        add("embeddings.token_type_embeddings.weight", 2, WIDTH);
        linear("embeddings.LayerNorm", WIDTH);
        for (int i = 0; i < 2; i++) {
            String layer = "encoder.layer.%d.".formatted(i);
            linear(layer + "attention.self.query", WIDTH, WIDTH);
            linear(layer + "attention.self.key", WIDTH, WIDTH);
            linear(layer + "attention.self.value", WIDTH, WIDTH);
            linear(layer + "attention.output.dense", WIDTH, WIDTH);
            linear(layer + "attention.output.LayerNorm", WIDTH);
            linear(layer + "intermediate.dense", HIDDEN, WIDTH);
            linear(layer + "output.dense", WIDTH, HIDDEN);
            linear(layer + "output.LayerNorm", WIDTH);
        }
    }

    private static String[] vocabulary() {
        StringBuilder words = new StringBuilder(WORDS);
        for (char c = 'a'; c <= 'z'; c++) {
            words.append(' ').append(c).append(" ##").append(c);
        }
        return words.toString().split(" ", -1);
    }

    private void linear(String name, long... dims) {
        add(name + ".weight", dims);
        add(name + ".bias", dims[0]);
    }

    void add(String name, long... dims) {
        int size = 1;
        for (long dim : dims) {
            size *= (int) dim;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        tensors.put(name, HostArray.of(values, dims));
    }

    /** Gives tensors other names. */
    void rename(String from, String to) {
        Map<String, HostArray> before = new LinkedHashMap<>(tensors);
        tensors.clear();
        before.forEach((name, tensor) -> tensors.put(name.replace(from, to), tensor));
    }

    Path writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        StringJoiner members = new StringJoiner(", ", "{", "}");
        config.forEach(
                (name, value) ->
                        members.add(
                                "\"%s\": %s"
                                        .formatted(
                                                name,
                                                value instanceof String
                                                        ? "\"" + value + "\""
                                                        : value)));
        Files.writeString(folder.resolve("config.json"), members.toString());
        StringJoiner entries = new StringJoiner(", ");
        StringJoiner special = new StringJoiner(", ");
        String[] words = vocabulary();
        for (int i = 0; i < words.length; i++) {
            entries.add("\"%s\": %d".formatted(words[i], i));
            if (words[i].startsWith("[")) {
                special.add(
                        "{\"id\": %d, \"content\": \"%s\", \"special\": true, \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false}"
                                .formatted(i, words[i]));
            }
        }
        Files.writeString(
                folder.resolve("tokenizer.json"),
                """
                {"added_tokens": [%s],
                 "normalizer": {"type": "BertNormalizer", "clean_text": true,
                   "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
                 "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
                 "truncation": null,
                 "model": {"type": "WordPiece", "unk_token": "[UNK]",
                   "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                   "vocab": {%s}}}
                """
                        .formatted(special, entries));
        new Safetensors(Map.of(), tensors).write(folder.resolve("model.safetensors"));
        return folder;
    }
}

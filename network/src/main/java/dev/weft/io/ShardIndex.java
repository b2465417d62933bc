package dev.weft.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;

import dev.weft.HostArray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The index of a checkpoint in several safetensors files, as Hugging Face's Transformers write it
 * ({@code model.safetensors.index.json}): an object whose {@code weight_map} says in which file
 * beside it each tensor is. Nothing in it is believed before the files agree.
 */
final class ShardIndex {
    static final String SUFFIX = ".index.json";

    /** As much as a header of safetensors may have. */
    private static final long LARGEST = 100_000_000;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build();

    private final Path path;
    private final Map<String, String> shardOf = new LinkedHashMap<>();

    private ShardIndex(Path path) {
        this.path = path;
    }

    /** The tensors and metadata of all files, one after the other by their names. */
    static Safetensors read(Path path) throws IOException {
        ShardIndex index = new ShardIndex(path);
        index.parse();
        return index.load();
    }

    private void parse() throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new FormatException("%s: is no file, or is not there".formatted(path));
        }
        if (Files.size(path) > LARGEST) {
            throw wrong("it takes %d bytes, and may take %d".formatted(Files.size(path), LARGEST));
        }
        try (JsonParser json = JSON.createParser(Files.readAllBytes(path))) {
            expect(json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("weight_map")) {
                    parseMap(json);
                } else {
                    json.skipChildren();
                }
            }
            expect(json.nextToken() == null, "it goes on after the JSON object");
        } catch (JacksonException e) {
            throw new FormatException(
                    "%s: is no index of a checkpoint: it is not JSON (%s)"
                            .formatted(path, Excerpt.of(e.getOriginalMessage())),
                    e);
        }
        expect(!shardOf.isEmpty(), "its weight_map names no tensor");
    }

    private void parseMap(JsonParser json) throws IOException {
        expect(json.currentToken() == JsonToken.START_OBJECT, "its weight_map is no object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String tensor = json.currentName();
            expect(
                    json.nextToken() == JsonToken.VALUE_STRING,
                    "its weight_map has no file's name for '%s'".formatted(Excerpt.of(tensor)));
            String shard = json.getText();
            expect(
                    shard.matches("[^/\\\\:\\x00]+\\.safetensors"),
                    "tensor '%s' is in '%s', and must be in a .safetensors file beside the index"
                            .formatted(Excerpt.of(tensor), Excerpt.of(shard)));
            shardOf.put(tensor, shard);
        }
    }

    private Safetensors load() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        for (String shard : new TreeSet<>(shardOf.values())) {
            Path file = path.resolveSibling(shard);
            expect(
                    Files.isRegularFile(file),
                    "the file '%s' is not beside it".formatted(Excerpt.of(shard)));
            Safetensors part = Safetensors.read(file);
            metadata.putAll(part.metadata());
            for (Map.Entry<String, HostArray> each : part.tensors().entrySet()) {
                String tensor = each.getKey();
                String due = shardOf.get(tensor);
                expect(
                        shard.equals(due),
                        "'%s' has tensor '%s', which the index has %s"
                                .formatted(
                                        Excerpt.of(shard),
                                        Excerpt.of(tensor),
                                        due == null
                                                ? "nowhere"
                                                : "in '%s'".formatted(Excerpt.of(due))));
                tensors.put(tensor, each.getValue());
            }
        }
        for (Map.Entry<String, String> each : shardOf.entrySet()) {
            expect(
                    tensors.containsKey(each.getKey()),
                    "'%s' has no tensor '%s'"
                            .formatted(Excerpt.of(each.getValue()), Excerpt.of(each.getKey())));
        }
        return new Safetensors(metadata, tensors);
    }

    private void expect(boolean holds, String otherwise) throws FormatException {
        if (!holds) {
            throw wrong(otherwise);
        }
    }

    private FormatException wrong(String what) {
        return new FormatException("%s: is no index of a checkpoint: %s".formatted(path, what));
    }
}

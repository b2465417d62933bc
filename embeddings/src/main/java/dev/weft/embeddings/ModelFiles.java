package dev.weft.embeddings;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.jr.ob.JSON;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of a model, in a folder or in a zip or jar.
 *
 * @param name what messages call it
 * @param root the folder
 * @param archive what the folder is in, null on a disk
 */
record ModelFiles(String name, Path root, @Nullable FileSystem archive) implements AutoCloseable {
    static final String ONNX = ".onnx";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String CHECKPOINT = "model.safetensors";

    static ModelFiles at(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return new ModelFiles(path.toString(), path, null);
        }
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        try {
            FileSystem archive = FileSystems.newFileSystem(path);
            return new ModelFiles(path.toString(), archive.getPath("/"), archive);
        } catch (ProviderNotFoundException | IOException e) {
            throw new FormatException(
                    "%s: is neither a folder nor a zip or jar: a model is a folder or jar with model.onnx or model.safetensors, and tokenizer.json"
                            .formatted(path),
                    e);
        }
    }

    /** The model: the file of this name, or the one that {@link EncoderOptions#file} describes. */
    Path model(@Nullable String file) throws IOException {
        if (file != null) {
            return required(file);
        }
        for (String usual : List.of("model.onnx", "onnx/model.onnx")) {
            Path there = root.resolve(usual);
            if (Files.exists(there)) {
                return there;
            }
        }
        List<Path> graphs = Stream.concat(ending("", ONNX), ending("onnx", ONNX)).toList();
        if (graphs.size() == 1) {
            return graphs.getFirst();
        }
        for (String checkpoint : List.of(CHECKPOINT, CHECKPOINT + ".index.json")) {
            Path there = root.resolve(checkpoint);
            if (Files.exists(there)) {
                return there;
            }
        }
        if (graphs.size() > 1) {
            throw wrong(
                    "has several models, %s: say which by EncoderOptions.file".formatted(graphs));
        }
        throw wrong(
                Files.exists(root.resolve("pytorch_model.bin"))
                        ? "has pytorch_model.bin alone, a pickle, which is not read: save the model"
                                + " as model.safetensors, or export it to ONNX"
                        : "has no model.onnx and no model.safetensors");
    }

    /** The tokenizer.json, which may have a name before it. */
    Path tokenizer() throws IOException {
        Path usual = root.resolve(TOKENIZER);
        if (Files.exists(usual)) {
            return usual;
        }
        List<Path> found = ending("", TOKENIZER).toList();
        if (found.size() != 1) {
            throw wrong(
                    found.isEmpty()
                            ? "has no tokenizer.json"
                            : "has several tokenizers, %s, and none is tokenizer.json"
                                    .formatted(found));
        }
        return found.getFirst();
    }

    private Path required(String file) throws IOException {
        Path there = root.resolve(file);
        if (!Files.isRegularFile(there)) {
            throw wrong("has no file %s".formatted(file));
        }
        return there;
    }

    private Stream<Path> ending(String folder, String end) throws IOException {
        Path in = root.resolve(folder);
        if (!Files.isDirectory(in)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.list(in)) {
            return files
                    .filter(file -> file.getFileName().toString().endsWith(end))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** What a JSON file says: an object, or a list; null where there is no such file. */
    @Nullable Object json(String file) throws IOException {
        Path there = root.resolve(file);
        if (!Files.exists(there)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(there)) {
            return JSON.std.anyFrom(in);
        } catch (JacksonException e) {
            throw new FormatException("%s: %s: is not JSON".formatted(name, file), e);
        }
    }

    /** The members of a JSON file's object; none where there is no such file. */
    Map<?, ?> object(String file) throws IOException {
        Object value = json(file);
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong("%s: expected an object".formatted(file));
    }

    FormatException wrong(String what) {
        return new FormatException("%s: %s".formatted(name, what));
    }

    @Override
    public void close() throws IOException {
        if (archive != null) {
            archive.close();
        }
    }
}

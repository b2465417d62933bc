package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.data.text.TextFile;
import dev.weft.embeddings.EncoderOptions;
import dev.weft.embeddings.SentenceEncoder;
import dev.weft.io.AtomicFile;
import dev.weft.io.Excerpt;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Makes vectors of texts by a sentence encoder. */
@Command(
        name = "embed",
        description =
                "Make vectors of texts, by a sentence encoder such as all-MiniLM-L6-v2. Without"
                        + " --json their first numbers are printed, and how alike the texts are.",
        mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
    /** Texts that are embedded, and written, before the next are. */
    private static final int AT_ONCE = 4096;

    /** So many texts fit a table of cosines, and so many numbers a line. */
    private static final int MOST_SHOWN = 8;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|JAR",
            description =
                    "A folder, zip or jar with tokenizer.json and model.onnx, or with"
                            + " model.safetensors and config.json.")
    private Path model = Path.of("");

    @Option(
            names = "--file",
            paramLabel = "TEXTS",
            description = "A file in UTF-8 with a text on each line.")
    private @Nullable Path file;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the vectors there, as a list of lists.")
    private @Nullable Path json;

    @Parameters(paramLabel = "TEXT", description = "Texts, before those of --file.")
    private List<String> given = List.of();

    @Override
    public Integer call() throws IOException {
        Path target = json;
        if (target != null) {
            OutputFolder.checkWritable(target);
            OutputFolder.checkDiffer("--json", target, model, "the model");
        }
        List<String> texts = texts(target);
        PrintWriter out = spec.commandLine().getOut();
        // Said when all is well: what is refused is one line.
        StringWriter notes = new StringWriter();
        EncoderOptions options =
                EncoderOptions.defaults().device(() -> backend.open(new PrintWriter(notes, true)));
        try (SentenceEncoder encoder = SentenceEncoder.open(model, options)) {
            if (target == null) {
                float[][] vectors = encoder.embedAll(texts.subList(0, shown(texts)));
                out.print(notes);
                show(texts, vectors, out);
            } else {
                AtomicFile.write(target, stream -> write(encoder, texts, stream));
                out.print(notes);
                out.printf("wrote %d vectors to %s%n", texts.size(), target);
            }
        }
        return Exit.DONE.code();
    }

    private List<String> texts(@Nullable Path target) throws IOException {
        List<String> texts = new ArrayList<>(given);
        Path lines = file;
        if (lines != null) {
            if (target != null) {
                OutputFolder.checkDiffer("--json", target, lines, "the texts");
            }
            TextFile.read(lines).lines().forEach(texts::add);
        }
        if (texts.isEmpty()) {
            throw new InputException(
                    lines == null
                            ? "give texts, or a file of them as --file"
                            : lines + ": is empty");
        }
        return texts;
    }

    private static int shown(List<String> texts) {
        return Math.min(MOST_SHOWN, texts.size());
    }

    private static void write(SentenceEncoder encoder, List<String> texts, OutputStream stream)
            throws IOException {
        JsonGenerator generator = RunReport.JSON.createGenerator(stream);
        generator.writeStartArray();
        for (int from = 0; from < texts.size(); from += AT_ONCE) {
            int to = Math.min(texts.size(), from + AT_ONCE);
            for (float[] vector : encoder.embedAll(texts.subList(from, to))) {
                generator.writeStartArray();
                for (float x : vector) {
                    generator.writeNumber(x);
                }
                generator.writeEndArray();
            }
        }
        generator.writeEndArray();
        generator.flush();
        stream.write('\n');
    }

    /** The vectors' first numbers; and of several, the cosine of each with each. */
    private static void show(List<String> texts, float[][] vectors, PrintWriter out) {
        for (int i = 0; i < vectors.length; i++) {
            StringBuilder numbers = new StringBuilder();
            for (int j = 0; j < Math.min(MOST_SHOWN, vectors[i].length); j++) {
                numbers.append("%8.4f".formatted(vectors[i][j]));
            }
            out.printf("%d: %s%n  %s", i + 1, Excerpt.of(texts.get(i)), numbers);
            out.printf(" … (%d numbers)%n", vectors[i].length);
        }
        if (vectors.length > 1) {
            out.println("cosines:");
            for (float[] a : vectors) {
                for (float[] b : vectors) {
                    out.printf("%8.4f", cosine(a, b));
                }
                out.println();
            }
        }
        if (texts.size() > vectors.length) {
            out.printf("and %d more: --json writes all%n", texts.size() - vectors.length);
        }
    }

    private static double cosine(float[] a, float[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}

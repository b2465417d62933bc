package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.text.Tokenizer;
import dev.weft.io.AtomicFile;
import dev.weft.io.PrintableWriter;
import dev.weft.nn.TextGenerator;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Goes on with a text by a model that {@code train --model gpt} saved. */
@Command(
        name = "generate",
        description =
                "Go on with a text. Standard output has the prompt and what follows it, standard"
                        + " error the device and the speed.",
        mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    private static final int MOST = 1 << 24;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE",
            description = "A model that train --model gpt saved.")
    private Path model = Path.of("");

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "What the text begins with, of characters that the model has learnt.")
    private String prompt = "";

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "500",
            description = "How many characters follow. Default: ${DEFAULT-VALUE}.")
    private int length;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description =
                    "0 takes the likeliest character, 1 draws as the model says, less is more"
                            + " careful. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw from the K likeliest characters alone. Default: from all.")
    private @Nullable Integer best;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of what is drawn. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--no-cache",
            description =
                    "Keep no keys and values: the same text, each character at the cost of all that"
                            + " are seen before it.")
    private boolean uncached;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the text and the speed there as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        check();
        Path target = json;
        if (target != null) {
            OutputFolder.checkDiffer("--json", target, model, "the model");
            OutputFolder.checkWritable(target);
        }
        PrintWriter err = spec.commandLine().getErr();
        // Said when all is well: what is refused is one line.
        StringWriter notes = new StringWriter();
        try (Device device = backend.open(new PrintWriter(notes, true));
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            saved.requireKind(TextProblem.KIND, "texts", model);
            Tokenizer characters = Tokenizer.fromJson(EvaluationData.preprocessing(saved));
            if (characters.size() != saved.architecture().outputs()) {
                throw saved.checkpoint()
                        .wrong(
                                TableProblem.PREPROCESSING,
                                "has %d tokens, and the model %d"
                                        .formatted(
                                                characters.size(), saved.architecture().outputs()));
            }
            requireKnown(characters);
            TextGenerator generator =
                    TextGenerator.of(saved.network())
                            .temperature(temperature)
                            .best(best == null ? Integer.MAX_VALUE : best)
                            .least(Tokenizer.FIRST_TOKEN)
                            .cached(!uncached)
                            .seed(seed);
            int[] first = characters.encode(prompt);
            err.print(notes);
            long begun = System.nanoTime();
            int[] made = generator.generate(first, length);
            double seconds = (System.nanoTime() - begun) * 1e-9;
            String text = characters.decode(made);
            spec.commandLine().getOut().println(prompt + text);
            err.printf(
                    "%,d characters in %.2f s: %,.0f a second%n",
                    length, seconds, length / seconds);
            if (target != null) {
                write(target, text, seconds);
            }
        }
        return Exit.DONE.code();
    }

    private void check() {
        if (length < 1 || length > MOST) {
            throw new InputException(
                    "--length must be from 1 to %d, got %d".formatted(MOST, length));
        }
        if (!(temperature >= 0 && Double.isFinite(temperature))) {
            throw new InputException("--temperature must be at least 0, got " + temperature);
        }
        if (best != null && best < 1) {
            throw new InputException("--top-k must be at least 1, got " + best);
        }
        if (prompt.isEmpty()) {
            throw new InputException("--prompt is empty: give the text at least one character");
        }
    }

    private void requireKnown(Tokenizer characters) {
        List<String> unknown = characters.unknown(prompt);
        if (!unknown.isEmpty()) {
            throw new InputException(
                    "--prompt: the model has not learnt the characters '%s'"
                            .formatted(PrintableWriter.line(String.join("", unknown))));
        }
    }

    private void write(Path path, String text, double seconds) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator generator = RunReport.JSON.createGenerator(stream);
                    generator.useDefaultPrettyPrinter();
                    generator.writeStartObject();
                    generator.writeStringField("prompt", prompt);
                    generator.writeStringField("text", text);
                    generator.writeNumberField("tokens", length);
                    generator.writeNumberField("seconds", seconds);
                    RunReport.number(generator, "tokens_per_second", length / seconds);
                    generator.writeEndObject();
                    generator.flush();
                    stream.write('\n');
                });
    }
}

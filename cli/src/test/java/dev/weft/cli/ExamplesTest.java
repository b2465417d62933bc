package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.imageio.ImageIO;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles and runs the README's Java and the folder examples, so that what a newcomer copies
 * works.
 */
class ExamplesTest {
    private static final Pattern EXAMPLE =
            Pattern.compile("<!-- example: (\\w+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);

    private static final Pattern HASH = Pattern.compile("parameters_sha256 \\p{XDigit}{64}\\R");

    /** What an editor would import by itself. */
    private static final String IMPORTS =
            """
            import dev.weft.*;
            import dev.weft.autograd.*;
            import dev.weft.data.*;
            import dev.weft.data.table.*;
            import dev.weft.embeddings.*;
            import dev.weft.io.*;
            import dev.weft.nn.*;
            import dev.weft.optim.*;
            import dev.weft.serve.*;
            import dev.weft.train.*;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.util.*;
            """;

    /** A folder of the README's, and a jar in its place. */
    private static final String MODEL = "\"all-MiniLM-L6-v2\"";

    private static final String JAR = "target/models/all-MiniLM-L6-v2.jar";

    @TempDir Path folder;

    @TestFactory
    List<DynamicTest> examplesCompileAndRun() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("weft.root"), "README.md"));
        List<DynamicTest> tests = new ArrayList<>();
        Matcher examples = EXAMPLE.matcher(readme);
        while (examples.find()) {
            String name = examples.group(1);
            String body = examples.group(2);
            tests.add(DynamicTest.dynamicTest(name, () -> run(name, body)));
        }
        assertEquals(
                12,
                tests.size(),
                "the README shows embeddings, core, CPU, types, operations, options, tables, a"
                        + " loop, network, a capture, serving and a timeline");
        return tests;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SimpleNet", "SimpleNetSoftmax"})
    void bothSimpleNetsLearn(String name) throws Exception {
        compile(Path.of(System.getProperty("weft.root"), "examples", name + ".java"));
        URL[] classes = {folder.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            Method train = loader.loadClass(name).getDeclaredMethod("train", int.class);
            train.setAccessible(true);
            double accuracy = (double) train.invoke(null, 10);
            assertTrue(accuracy > 0.88, name + " reached " + accuracy);
        }
    }

    @Test
    void aGruForecastsBetterThanTodayAndTheMlp() throws Exception {
        Path weather =
                Path.of(System.getProperty("weft.shared", "../../shared"))
                        .resolve("data/tabular/seattle-weather.csv");
        assumeTrue(Files.exists(weather), weather + " is not there");
        compile(Path.of(System.getProperty("weft.root"), "examples", "WeatherForecast.java"));
        URL[] classes = {folder.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            Method errors =
                    loader.loadClass("WeatherForecast")
                            .getDeclaredMethod("errors", Path.class, int.class);
            errors.setAccessible(true);
            double[] degrees = (double[]) errors.invoke(null, weather, 1);
            String message = Arrays.toString(degrees);
            assertTrue(degrees[2] < degrees[0] && degrees[2] < degrees[1], message);
        }
    }

    @Test
    void contrastiveDigitsLearnWithoutLabels() throws Exception {
        String[] arguments = {
            "--backend=cpu", "--examples=100", "--epochs=2", "--batch=45", "--labels=90"
        };
        String first = output("ContrastiveDigits", arguments);
        assertTrue(HASH.matcher(first).find(), first);
        assertTrue(number(first, "epoch 2: loss") < number(first, "epoch 1: loss"), first);
        assertTrue(number(first, "raw pixels") > 20 && number(first, "features") > 20, first);
        assertEquals(first, output("ContrastiveDigits", arguments));
    }

    @Test
    void digitsAreMadeOutOfNoiseAndJudged() throws Exception {
        Path sheet = folder.resolve("sheet.png");
        String[] arguments = {
            "--backend=cpu",
            "--examples=80",
            "--epochs=2",
            "--steps=4",
            "--width=8",
            "--out=" + sheet
        };
        String first = output("DiffusionDigits", arguments);
        assertTrue(HASH.matcher(first).find(), first);
        assertTrue(number(first, "epoch 2: loss") < number(first, "epoch 1: loss"), first);
        double confidence = number(first, "mean confidence on samples");
        assertTrue(confidence > 0.1 && confidence <= 1, first);
        BufferedImage image = ImageIO.read(sheet.toFile());
        assertEquals(8 * 28, image.getWidth());
        assertEquals(8 * 28, image.getHeight());
        byte[] pixels = Files.readAllBytes(sheet);
        assertEquals(first, output("DiffusionDigits", arguments));
        assertArrayEquals(pixels, Files.readAllBytes(sheet));
    }

    @Test
    void anEncoderIsTaughtToTellSpeechFromNarration() throws Exception {
        compile(Path.of(System.getProperty("weft.root"), "examples", "FineTuneSentences.java"));
        Path novel =
                Path.of(System.getProperty("weft.shared", "../../shared"))
                        .resolve("data/text/moby-dick.txt");
        Path jar = Path.of("target/models/all-MiniLM-L6-v2.jar");
        assumeTrue(Files.exists(novel), novel + " is not there");
        assumeTrue(Files.exists(jar), jar + " is not there");
        String out =
                output(
                        "FineTuneSentences",
                        "--backend=cpu",
                        "--model=" + jar,
                        "--text=" + novel,
                        "--train=16",
                        "--test=16",
                        "--epochs=1");
        assertTrue(number(out, "the head alone:") > 40, out);
        assertTrue(number(out, "with the last layer:") > 40, out);
        assertTrue(HASH.matcher(out).find(), out);
    }

    /** The number behind some words. */
    private static double number(String output, String words) {
        Matcher matcher = Pattern.compile(words + " (\\d+[.,]\\d+)").matcher(output);
        assertTrue(matcher.find(), () -> "there is no '%s' in: %s".formatted(words, output));
        return Double.parseDouble(matcher.group(1).replace(',', '.'));
    }

    /** What an example that is a command prints. */
    private String output(String name, String... arguments) throws Exception {
        if (!Files.exists(folder.resolve(name + ".class"))) {
            compile(Path.of(System.getProperty("weft.root"), "examples", name + ".java"));
        }
        URL[] classes = {folder.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            Object example = loader.loadClass(name).getDeclaredConstructor().newInstance();
            int code =
                    new CommandLine(example)
                            .setOut(new PrintWriter(out))
                            .setErr(new PrintWriter(err))
                            .execute(arguments);
            assertEquals(0, code, err::toString);
            return out.toString();
        }
    }

    private void run(String name, String body) throws Exception {
        Path source = folder.resolve(name + "Example.java");
        Files.writeString(
                source,
                IMPORTS
                        + "public class "
                        + name
                        + "Example { public static void main(String[] args) throws Exception {\n"
                        + body.replace(MODEL, "\"" + JAR + "\"")
                        + "}}");
        compile(source);
        if (body.contains(MODEL)) {
            requireModel();
        }
        URL[] classes = {folder.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            loader.loadClass(name + "Example")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        }
    }

    private static void requireModel() {
        boolean isThere = Files.isRegularFile(Path.of(JAR));
        String without = "without " + JAR + ", which Maven fetches";
        if (Boolean.getBoolean("require.vectors")) {
            assertTrue(isThere, without);
        }
        assumeTrue(isThere, without);
    }

    private void compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(problems, Locale.ROOT, null)) {
            List<String> options =
                    List.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString());
            boolean compiled =
                    compiler.getTask(
                                    null,
                                    files,
                                    problems,
                                    options,
                                    null,
                                    files.getJavaFileObjects(source))
                            .call();
            List<Diagnostic<? extends JavaFileObject>> errors = problems.getDiagnostics();
            assertTrue(compiled, () -> "the README's example does not compile: " + errors);
        }
    }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the twins of kernel classes, the same for elements of another length: {@code Twins SOURCES
 * TARGET}, both folders of the package. A class with the ending {@code .java.template} is {@link
 * Unrolling unrolled} first, and written as well.
 *
 * <p>A source whose first line is {@code // twin: F64} is written for F32, and {@code // twin: I64}
 * for I32; with commas between, it has several twins. A twin is the source with other words, by the
 * tables below. The names of classes become twins' names where there is a twin, be it written here
 * or by hand.
 *
 * <p>What other words cannot say, the source says in a comment: of {@code // F64: code} the twin
 * has the code, as it is, in place of the next line.
 */
class Twins {
    private static final String MARK = "// twin: ";

    private static final String SOURCE = ".java";
    private static final String TEMPLATE = ".java.template";

    /** Numbers of type float; the twin's are doubles. */
    private static final Pattern FLOAT_LITERAL =
            Pattern.compile(
                    "(?<![\\w.])(0x[0-9A-Fa-f.]+p-?\\d+|\\d[\\d_]*(?:\\.\\d+)?(?:e-?\\d+)?)f\\b");

    /**
     * Names, and before them what has another twin than its last name or none: an int that counts
     * stays one, and so do a cast to int and the kinds of calls.
     */
    private static final Pattern WORD =
            Pattern.compile(
                    "\\(int\\)|\\bint (count|i|index|worker)\\b|"
                        + "KernelCall\\.\\w+|DType\\.I32|int\\.class|<Integer>|\\b[A-Za-z]\\w*");

    private static final Map<String, String> F64 =
            Map.ofEntries(
                    Map.entry("F32", "F64"),
                    Map.entry("I32", "I64"),
                    Map.entry("WORD", "DOUBLE_WORD"),
                    Map.entry("float", "double"),
                    Map.entry("Float", "Double"),
                    Map.entry("JAVA_FLOAT_UNALIGNED", "JAVA_DOUBLE_UNALIGNED"),
                    Map.entry("FloatVector", "DoubleVector"),
                    Map.entry("getFloat", "getDouble"),
                    Map.entry("setFloat", "setDouble"),
                    Map.entry("floatToRawIntBits", "doubleToRawLongBits"),
                    Map.entry("intBitsToFloat", "longBitsToDouble"),
                    Map.entry("int.class", "long.class"),
                    Map.entry("<Integer>", "<Long>"),
                    Map.entry("IntVector", "LongVector"),
                    Map.entry("reinterpretAsInts", "reinterpretAsLongs"),
                    Map.entry("reinterpretAsFloats", "reinterpretAsDoubles"));

    private static final Map<String, String> I64 =
            Map.ofEntries(
                    Map.entry("I32", "I64"),
                    Map.entry("DType.I32", "DType.I64"),
                    Map.entry("Lanes", "DoubleLanes"),
                    Map.entry("WORD", "DOUBLE_WORD"),
                    Map.entry("int", "long"),
                    Map.entry("Integer", "Long"),
                    Map.entry("IntVector", "LongVector"),
                    Map.entry("getInt", "getLong"),
                    Map.entry("setInt", "setLong"));

    private static final Map<String, String> I16 = narrow("short", "Short");
    private static final Map<String, String> I8 = narrow("byte", "Byte");

    private static Map<String, String> narrow(String type, String box) {
        return Map.of("int", type, "Integer", box, "getInt", "get" + box, "setInt", "set" + box);
    }

    /** The types that have twins. */
    private enum Type {
        F64("Double", Twins.F64),
        I64("Long", Twins.I64),
        I16("Short", Twins.I16),
        I8("Byte", Twins.I8);

        /** What stands before a class's name, or in place of "Float" or "Integer" there. */
        final String prefix;

        final Map<String, String> words;

        Type(String prefix, Map<String, String> words) {
            this.prefix = prefix;
            this.words = words;
        }

        String twin(String name) {
            return prefix + name.replaceFirst("^(Float|Integer)", "");
        }
    }

    public static void main(String[] args) throws IOException {
        Map<String, List<String>> sources = new TreeMap<>();
        Map<String, List<String>> made = new TreeMap<>();
        Path folder = Path.of(args[0]);
        for (String name : names(folder, TEMPLATE)) {
            made.put(name, Unrolling.of(Files.readAllLines(folder.resolve(name + TEMPLATE))));
        }
        sources.putAll(made);
        for (String name : names(folder, SOURCE)) {
            sources.put(name, Files.readAllLines(folder.resolve(name + SOURCE)));
        }
        for (Type type : Type.values()) {
            Map<String, String> words = new HashMap<>(type.words);
            for (String name : sources.keySet()) {
                if (isMarked(sources.get(name), type) || sources.containsKey(type.twin(name))) {
                    words.put(name, type.twin(name));
                }
            }
            sources.forEach(
                    (name, lines) -> {
                        if (isMarked(lines, type)) {
                            made.put(type.twin(name), twin(name, lines, type, words));
                        }
                    });
        }
        Path target = Files.createDirectories(Path.of(args[1]));
        for (Map.Entry<String, List<String>> each : made.entrySet()) {
            write(target.resolve(each.getKey() + SOURCE), each.getValue());
        }
        for (String name : names(target, SOURCE)) {
            if (!made.containsKey(name)) {
                Files.delete(target.resolve(name + SOURCE));
            }
        }
    }

    /** The classes that have files with such an ending. */
    private static List<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(ending))
                    .map(file -> file.substring(0, file.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isMarked(List<String> lines, Type type) {
        String first = lines.getFirst();
        return first.startsWith(MARK)
                && List.of(first.substring(MARK.length()).split(", ")).contains(type.name());
    }

    private static List<String> twin(
            String name, List<String> lines, Type type, Map<String, String> words) {
        List<String> twin = new ArrayList<>();
        twin.add("// Made of %s: change that one.".formatted(name));
        String other = "// " + type + ": ";
        Pattern declaration = Pattern.compile("(\\w+ )*(class|interface|record) " + name + "\\b.*");
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.stripLeading().startsWith(other)) {
                twin.add(line.replace(other, ""));
                i++;
                continue;
            }
            if (declaration.matcher(line).matches()) {
                // Where the source narrows a double to its type, the twin has nothing to do.
                twin.add("@SuppressWarnings(\"cast\")");
            }
            String doubles = FLOAT_LITERAL.matcher(line).replaceAll("$1d");
            twin.add(
                    WORD.matcher(type == Type.F64 ? doubles : line)
                            .replaceAll(word -> other(word, words)));
        }
        return twin;
    }

    private static String other(MatchResult word, Map<String, String> words) {
        return words.getOrDefault(word.group(), word.group());
    }

    /** Writes what has changed only, so that a build without changes compiles nothing. */
    private static void write(Path file, List<String> lines) throws IOException {
        if (!Files.exists(file) || !Files.readAllLines(file).equals(lines)) {
            Files.write(file, lines);
        }
    }
}

import com.google.googlejavaformat.java.Main;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats every Java source below a folder, or checks that it is formatted: {@code Format
 * check|apply FOLDER}.
 */
class Format {
    public static void main(String[] args) throws Exception {
        boolean check = args[0].equals("check");
        List<String> options = new ArrayList<>(List.of("--aosp"));
        options.addAll(
                check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        options.addAll(sources(Path.of(args[1])));
        PrintWriter out = new PrintWriter(System.out, true);
        PrintWriter err = new PrintWriter(System.err, true);
        String[] arguments = options.toArray(String[]::new);
        int status = new Main(out, err, System.in).format(arguments);
        if (!check) {
            // Breaking a long string can make room for another change.
            status = new Main(out, err, System.in).format(arguments);
        }
        if (status != 0) {
            err.println(
                    "The files above are not formatted: ./mvnw -pl format verify -Dformat=apply"
                            + " formats them.");
        }
        System.exit(status);
    }

    private static List<String> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !root.relativize(file).toString().matches("(.*/)?target/.*"))
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }
}

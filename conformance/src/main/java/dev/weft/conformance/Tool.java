package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.util.Optional;
import java.util.regex.Pattern;

/** Programs that tests need and a machine may lack. */
public final class Tool {
    private Tool() {}

    /** The program's path, where it is on the {@code PATH} or in one of the folders. */
    public static Optional<String> find(String name, String... folders) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(path + File.pathSeparator + String.join(File.pathSeparator, folders))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .map(File::getPath)
                .findFirst();
    }

    /**
     * As {@link #find}; without it the test is skipped, and prints so, or fails where the system
     * property {@code require.NAME} is true.
     */
    public static String require(String name, String... folders) {
        return find(name, folders)
                .orElseGet(
                        () -> {
                            String message = name + " is not on the PATH";
                            if (Boolean.getBoolean("require." + name)) {
                                return fail(message + ", and was required");
                            }
                            System.out.println("SKIPPED: " + message);
                            return Assumptions.abort(message);
                        });
    }
}

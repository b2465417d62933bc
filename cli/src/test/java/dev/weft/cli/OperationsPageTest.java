package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page that tells what NumPy's and PyTorch's operations are called here names what is there.
 */
class OperationsPageTest {
    private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");

    @Test
    void everyMethodOfThePageExists() throws IOException {
        String page =
                Files.readString(Path.of(System.getProperty("weft.root"), "docs/operations.md"));
        Set<String> missing = new TreeSet<>();
        int named = 0;
        Matcher names = METHOD.matcher(page);
        while (names.find()) {
            named++;
            if (!isThere(names.group(1), names.group(2))) {
                missing.add(names.group());
            }
        }
        assertEquals(Set.of(), missing);
        assertTrue(named > 100, "only %d methods are named".formatted(named));
    }

    private static boolean isThere(String type, String method) {
        try {
            return Arrays.stream(Class.forName("dev.weft." + type).getMethods())
                    .anyMatch(
                            each ->
                                    each.getName().equals(method)
                                            && Modifier.isPublic(each.getModifiers()));
        } catch (ClassNotFoundException _) {
            return false;
        }
    }
}

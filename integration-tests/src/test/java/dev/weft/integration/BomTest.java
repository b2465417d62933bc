package dev.weft.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The bill of materials has every module that is published, in the version of all. */
class BomTest {
    private static final Path ROOT = Path.of(System.getProperty("weft.root"));

    /** What is for this repository alone. */
    private static final Set<String> UNPUBLISHED =
            Set.of("bom", "format", "benchmarks", "integration-tests", "architecture-tests");

    private static Set<String> matches(String file, String regex) throws IOException {
        return Pattern.compile(regex)
                .matcher(Files.readString(ROOT.resolve(file)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyPublishedModuleIsThere() throws IOException {
        Set<String> modules = matches("pom.xml", "<module>(.*)</module>");
        modules.removeAll(UNPUBLISHED);
        assertEquals(modules, matches("bom/pom.xml", "<artifactId>weft-(?!bom)(.*)</artifactId>"));
    }

    @Test
    void itsVersionIsThatOfTheBuild() throws IOException {
        String version =
                "<artifactId>weft-%s</artifactId>\\s*<version>(.*)</version>\\s*<packaging>";
        assertEquals(
                matches("pom.xml", version.formatted("parent")),
                matches("bom/pom.xml", version.formatted("bom")));
    }
}

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of a folder of external cases: a list, beside this class, of those that pass and
 * those that Weft cannot express yet. So a case that passes cannot become "not supported", or
 * vanish, without a failure. Cases that the list does not know are run all the same.
 */
final class KnownCases {
    /** Whether a case passes, by name. */
    private final TreeMap<String, Boolean> passes = new TreeMap<>();

    private final String file;

    private KnownCases(String file) {
        this.file = file;
    }

    /** The list {@code known/NAME.txt}: "pass" or "open", and the case's name, on each line. */
    static KnownCases of(String name) {
        KnownCases known = new KnownCases("known/" + name + ".txt");
        try (InputStream in =
                        Objects.requireNonNull(
                                KnownCases.class.getResourceAsStream(known.file), known.file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.lines().forEach(known::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return known;
    }

    private void add(String line) {
        String[] words = line.split(" ", -1);
        boolean pass = words[0].equals("pass");
        if (words.length != 2 || !(pass || words[0].equals("open"))) {
            throw new IllegalArgumentException(
                    "%s: '%s' is neither 'pass NAME' nor 'open NAME'".formatted(file, line));
        }
        passes.put(words[1], pass);
    }

    /**
     * Fails where a case that is known to pass was not run or not supported, and where one that is
     * known as open passes: then the list has to say so, from now on.
     */
    void check(Set<String> passed, Set<String> unsupported) {
        List<String> differences = new ArrayList<>();
        passes.forEach(
                (name, pass) -> {
                    if (pass && unsupported.contains(name)) {
                        differences.add(name + " passed before, and is not supported any more");
                    } else if (pass && !passed.contains(name)) {
                        differences.add(name + " passed before, and was not run or failed");
                    } else if (!pass && passed.contains(name)) {
                        differences.add(name + " passes now: let " + file + " say so");
                    }
                });
        assertEquals(List.of(), differences);
    }
}

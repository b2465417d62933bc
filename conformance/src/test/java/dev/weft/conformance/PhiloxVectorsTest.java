package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/** The authors' known answers for Philox4x32-10. */
class PhiloxVectorsTest {
    @Test
    void knownAnswers() throws IOException {
        List<String> lines =
                Files.readAllLines(SharedVectors.require("philox/kat_vectors.txt")).stream()
                        .filter(line -> line.startsWith("philox4x32 10 "))
                        .toList();
        for (String line : lines) {
            int[] words =
                    Arrays.stream(line.strip().split("\\s+"))
                            .skip(2)
                            .mapToInt(hex -> Integer.parseUnsignedInt(hex, 16))
                            .toArray();
            int[] out = new int[4];
            Philox.block(words[4], words[5], words[0], words[1], words[2], words[3], out);
            assertArrayEquals(Arrays.copyOfRange(words, 6, 10), out, line);
        }
        System.out.println("philox: " + lines.size() + " known answers of philox4x32 10 checked");
        assertEquals(3, lines.size());
    }
}

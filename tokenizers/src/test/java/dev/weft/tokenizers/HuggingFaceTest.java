package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The tokenizer of all-MiniLM-L6-v2 against Hugging Face's own library. */
class HuggingFaceTest {
    private static String miniLm() throws IOException {
        Path file = Path.of("target", "all-minilm-l6-v2", "all-minilm-l6-v2-tokenizer.json");
        Samples.require(Files.isRegularFile(file), "without " + file + ", which Maven unpacks");
        return Files.readString(file);
    }

    @Test
    void sentencesAreEqual() throws IOException {
        try (Peer peer = Peer.open(miniLm())) {
            List<String> sentences = Samples.sentences(1000);
            sentences.forEach(peer::check);
            for (int i = 1; i < sentences.size(); i += 10) {
                peer.check(sentences.get(i - 1), sentences.get(i));
            }
        }
    }

    @Test
    void hardTextsAreEqual() throws IOException {
        try (Peer peer = Peer.open(miniLm())) {
            Samples.HARD.forEach(peer::check);
            Samples.HARD.forEach(text -> peer.check(text, "second " + text));
            Samples.random(Samples.seed(), 2000).forEach(peer::check);
        }
    }

    /** A batch is cut at 32 tokens, and filled up to its longest. */
    @Test
    void batchesAreEqual() throws IOException {
        Map<String, String> options =
                Map.of("truncation", "true", "padding", "true", "maxLength", "32");
        try (Peer peer = Peer.open(miniLm(), options)) {
            Tokenizer ours =
                    peer.ours()
                            .withTruncation(Truncation.to(32))
                            .withPadding(Padding.longest(0, "[PAD]"));
            for (List<String> batch : List.of(Samples.HARD, List.of("a", "two words"))) {
                ai.djl.huggingface.tokenizers.Encoding[] theirs = peer.theirs().batchEncode(batch);
                List<Encoding> all = ours.encodeAll(batch);
                for (int i = 0; i < theirs.length; i++) {
                    Peer.check(batch.get(i), theirs[i], all.get(i), batch.get(i), null);
                }
            }
        }
    }

    /** The file cuts and fills up at 128 tokens, as it says itself. */
    @Test
    void theFilesOwnLengthsAreKept() throws IOException {
        Tokenizer tokenizer = Samples.open(miniLm());
        assertEquals(Truncation.to(128), tokenizer.truncation());
        assertEquals(Padding.fixed(128, 0, "[PAD]"), tokenizer.padding());
        assertEquals(128, tokenizer.encode("a").size());
        assertEquals(128, tokenizer.encode("whale ".repeat(1000)).size());
        assertEquals(30522, tokenizer.vocabularySize());
        assertEquals(102, tokenizer.tokenToId("[SEP]").orElseThrow());
    }
}

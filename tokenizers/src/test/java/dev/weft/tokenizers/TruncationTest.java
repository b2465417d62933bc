package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sequences that are cut, in all their windows, and filled up. */
class TruncationTest {
    private static final String LONG = "the white whale and the sea and the captain of the ship";
    private static final String SHORT = "the madness of men!";

    private static Tokenizer cut(Truncation truncation) throws IOException {
        return Samples.open(Samples.bert()).withTruncation(truncation);
    }

    /** Each of the texts long or short, at several lengths, by the library's own strategies. */
    @ParameterizedTest
    @CsvSource({
        "longest_first, 9, 0",
        "longest_first, 14, 2",
        "longest_first, 5, 0",
        "longest_first, 100, 1",
        "only_first, 14, 1",
        "only_second, 14, 2"
    })
    void windowsAreEqual(String strategy, int length, int stride) throws IOException {
        Map<String, String> options =
                Map.of("truncation", strategy, "maxLength", "" + length, "stride", "" + stride);
        Truncation truncation =
                new Truncation(
                        length,
                        stride,
                        Truncation.Strategy.valueOf(strategy.toUpperCase(Locale.ROOT)),
                        Side.RIGHT);
        try (Peer peer = Peer.open(Samples.bert(), options)) {
            Tokenizer ours = peer.ours().withTruncation(truncation);
            if (!strategy.equals("only_second")) {
                check(
                        LONG,
                        peer.theirs().encode(LONG, true, true),
                        ours.encode(LONG),
                        ours.encodeWindows(LONG));
            }
            String first = strategy.equals("only_second") ? SHORT : LONG;
            String second = strategy.equals("only_first") ? SHORT : LONG;
            check(
                    first + second,
                    peer.theirs().encode(first, second, true, true),
                    ours.encode(first, second),
                    ours.encodeWindows(first, second));
        }
    }

    /** Theirs has the first window, and the others with it, in an order of its own. */
    private static void check(
            String name,
            ai.djl.huggingface.tokenizers.Encoding theirs,
            Encoding first,
            List<Encoding> windows) {
        assertEquals(List.of(theirs.getTokens()), first.tokens(), name);
        assertEquals(first.tokens(), windows.getFirst().tokens(), name);
        List<String> overflow =
                Arrays.stream(theirs.getOverflowing())
                        .map(each -> List.of(each.getTokens()).toString())
                        .sorted()
                        .toList();
        List<String> rest = windows.stream().skip(1).map(Encoding::toString).sorted().toList();
        assertEquals(overflow, rest, name);
    }

    @Test
    void whatIsLeftOutFromTheLeftIsTheBeginning() throws IOException {
        Truncation left = new Truncation(5, 1, Truncation.Strategy.LONGEST_FIRST, Side.LEFT);
        List<Encoding> windows = cut(left).encodeWindows("the white whale and the sea");
        assertEquals(
                List.of(
                        "[[CLS], and, the, sea, [SEP]]",
                        "[[CLS], white, whale, and, [SEP]]",
                        "[[CLS], the, white, [SEP]]"),
                windows.stream().map(Encoding::toString).toList());
    }

    @Test
    void textsThatCannotBeCutAreRefused() throws IOException {
        Tokenizer second = cut(new Truncation(6, 0, Truncation.Strategy.ONLY_SECOND, Side.RIGHT));
        TokenizerException alone =
                assertThrows(TokenizerException.class, () -> second.encode(LONG));
        assertEquals(
                "truncation: only the second text is cut, and there is none", alone.getMessage());
        TokenizerException few =
                assertThrows(TokenizerException.class, () -> second.encode(LONG, "sea"));
        assertEquals(
                "truncation: the second text has 1 tokens, too few to leave out 10",
                few.getMessage());
        Tokenizer strided =
                cut(new Truncation(5, 3, Truncation.Strategy.LONGEST_FIRST, Side.RIGHT));
        TokenizerException stride =
                assertThrows(TokenizerException.class, () -> strided.encodeWindows(LONG));
        assertEquals(
                "truncation: a stride of 3 leaves nothing new in windows of 3 tokens",
                stride.getMessage());
        assertThrows(IllegalArgumentException.class, () -> cut(Truncation.to(1)).encode("a"));
        assertThrows(IllegalArgumentException.class, () -> Truncation.to(-1));
    }

    @Test
    void paddingFillsUp() throws IOException {
        Tokenizer bert = Samples.open(Samples.bert());
        Padding left = new Padding(0, 4, Side.LEFT, 0, 7, "[PAD]");
        List<Encoding> batch = bert.withPadding(left).encodeAll(List.of("the sea", "the", ""));
        assertEquals("[[CLS], the, sea, [SEP]]", batch.get(0).toString());
        assertEquals("[[PAD], [CLS], the, [SEP]]", batch.get(1).toString());
        assertArrayEquals(new int[] {0, 0, 1, 1}, batch.get(2).attentionMask());
        assertArrayEquals(new int[] {7, 0, 0, 0}, batch.get(1).typeIds());
        assertArrayEquals(new int[] {1, 1, 0, 1}, batch.get(1).specialTokensMask());
        Encoding fixed = bert.withPadding(Padding.fixed(6, 0, "[PAD]")).encode("the sea");
        assertArrayEquals(new int[] {1, 1, 1, 1, 0, 0}, fixed.attentionMask());
        assertArrayEquals(new int[] {-1, 0, 1, -1, -1, -1}, fixed.wordIds());
        assertThrows(IllegalArgumentException.class, () -> Padding.fixed(-1, 0, "[PAD]"));
    }
}

package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SentencePiece's compiled table of what takes the place of which characters: the size in bytes of
 * a double array (Darts), that array, and the texts that its values point into, each with a 0
 * behind it. A short grapheme is looked up as a whole, and where it is not there, its code points
 * are. As in Hugging Face's library a whole that merely begins with an entry is replaced as one.
 */
final class CharsMap implements Normalizer {
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    /** Graphemes of as many bytes or more are looked up by their code points only. */
    private static final int LONG_GRAPHEME = 6;

    private static final int HAS_LEAF = 1 << 8;
    private static final int LABEL = 1 << 31 | 0xFF;
    private static final int VALUE = Integer.MAX_VALUE;

    private final int[] units;
    private final byte[] texts;

    private CharsMap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /**
     * A table in base 64.
     *
     * @throws TokenizerException where it is none
     */
    static CharsMap read(Json json) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(json.text());
        } catch (IllegalArgumentException e) {
            throw json.error("is not in base 64");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.length < Integer.BYTES ? 0 : buffer.getInt();
        if (size <= 0 || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw json.error(
                    "its double array takes %s bytes, and %d are left"
                            .formatted(Integer.toUnsignedString(size), buffer.remaining()));
        }
        int[] units = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        byte[] texts = Arrays.copyOfRange(bytes, Integer.BYTES + size, bytes.length);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            throw json.error("its texts are not UTF-8");
        }
        return new CharsMap(units, texts);
    }

    @Override
    public Text normalize(Text text) {
        Editor editor = new Editor(text);
        Matcher graphemes = Patterns.matcher(GRAPHEME, text);
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            String whole = utf8Length(grapheme) < LONG_GRAPHEME ? find(grapheme) : null;
            if (whole == null) {
                grapheme.codePoints()
                        .mapToObj(Character::toString)
                        .forEach(c -> replace(c, find(c), editor));
            } else {
                replace(grapheme, whole, editor);
            }
        }
        return editor.finish();
    }

    private static int utf8Length(String text) {
        return text.codePoints().map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4).sum();
    }

    /** Character for character; what is left over of one side is added or left out behind. */
    private static void replace(String old, @Nullable String text, Editor editor) {
        int[] codePoints = (text == null ? old : text).codePoints().toArray();
        int count = old.codePointCount(0, old.length());
        for (int i = 0; i < codePoints.length; i++) {
            if (i < count) {
                editor.put(codePoints[i]);
            } else {
                editor.add(codePoints[i]);
            }
        }
        for (int i = codePoints.length; i < count; i++) {
            editor.skip();
        }
    }

    /** What takes the place of the shortest entry that a key begins with. */
    private @Nullable String find(String key) {
        int unit = units[0];
        int node = offset(unit);
        for (byte next : key.getBytes(StandardCharsets.UTF_8)) {
            if (next == 0) {
                return null;
            }
            node ^= next & 0xFF;
            // A table that leads outside of itself has no entry there.
            if (node < 0 || node >= units.length || (units[node] & LABEL) != (next & 0xFF)) {
                return null;
            }
            unit = units[node];
            node ^= offset(unit);
            if ((unit & HAS_LEAF) != 0) {
                return node < 0 || node >= units.length ? null : text(units[node] & VALUE);
            }
        }
        return null;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private @Nullable String text(int begin) {
        if (begin >= texts.length) {
            return null;
        }
        int end = begin;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return new String(texts, begin, end - begin, StandardCharsets.UTF_8);
    }
}

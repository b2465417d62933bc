package dev.weft.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's alphabet of bytes: each byte as a character that can be seen. The 188 that are visible in
 * Latin-1 stand for themselves, and U+0100 onwards for the others in their order.
 */
final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final char[] CHARS = new char[BYTES];
    private static final short[] NUMBERS = new short[2 * BYTES];

    static {
        Arrays.fill(NUMBERS, (short) -1);
        char next = BYTES;
        for (int number = 0; number < BYTES; number++) {
            boolean isVisible =
                    (number >= '!' && number <= '~')
                            || (number >= 0xA1 && number <= 0xAC)
                            || number >= 0xAE;
            CHARS[number] = isVisible ? (char) number : next++;
            NUMBERS[CHARS[number]] = (short) number;
        }
    }

    private ByteAlphabet() {}

    /** The bytes of a text in UTF-8, a character each; all come from their code point's place. */
    static Text write(Text text) {
        Editor editor = new Editor(text);
        while (editor.hasNext()) {
            int c = editor.next();
            editor.skip();
            if (c < 0x80) {
                editor.add(CHARS[c]);
                continue;
            }
            int following = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            editor.add(CHARS[((0xFF00 >> (following + 1)) & 0xFF) | (c >> (6 * following))]);
            for (int i = following - 1; i >= 0; i--) {
                editor.add(CHARS[0x80 | ((c >> (6 * i)) & 0x3F)]);
            }
        }
        return editor.finish();
    }

    /** The bytes that a token's characters stand for; of another token, those of UTF-8. */
    static byte[] read(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= NUMBERS.length || NUMBERS[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) NUMBERS[c];
        }
        return bytes;
    }

    /** Whether a character is a space, or stands for one. */
    static boolean isSpace(int c) {
        return c == CHARS[' '] || Characters.isWhitespace(c);
    }
}

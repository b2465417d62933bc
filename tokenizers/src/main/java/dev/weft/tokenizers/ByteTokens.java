package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;

/**
 * The tokens of single bytes, {@code <0x00>} to {@code <0xFF>}, by which any text can be written.
 */
final class ByteTokens {
    private static final int BYTES = 256;
    private static final int LENGTH = 6;

    private ByteTokens() {}

    /** The ids of all of them; empty where the vocabulary is without one. */
    static int[] ids(Vocabulary vocabulary) {
        int[] ids = new int[BYTES];
        for (int i = 0; i < BYTES; i++) {
            ids[i] = vocabulary.id("<0x%02X>".formatted(i));
            if (ids[i] < 0) {
                return new int[0];
            }
        }
        return ids;
    }

    /** The byte that a token stands for, or null. */
    static @Nullable Byte read(String token) {
        if (token.length() != LENGTH || !token.startsWith("<0x") || !token.endsWith(">")) {
            return null;
        }
        boolean isHex =
                HexFormat.isHexDigit(token.charAt(3)) && HexFormat.isHexDigit(token.charAt(4));
        return isHex ? (byte) HexFormat.fromHexDigits(token, 3, 5) : null;
    }
}

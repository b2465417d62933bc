package dev.weft.data.text;

import dev.weft.HostArray;
import dev.weft.data.Examples;
import dev.weft.data.IndexedSource;

import java.util.Objects;

/**
 * A text to learn the next token from. Example i is the window that begins at token i · stride: its
 * tokens are the input, I32 [N, length], and for each of them the token that follows is the target,
 * I32 [N, length].
 *
 * <pre>{@code
 * String text = TextFile.read(path);
 * Tokenizer characters = Tokenizer.fit(List.of(text), TokenizerOptions.characters());
 * IndexedSource windows = new TextWindows(characters.encode(text), 64, 64);
 * }</pre>
 */
public final class TextWindows implements IndexedSource {
    private final int[] tokens;
    private final int length;
    private final int stride;

    /**
     * The windows that fit.
     *
     * @param tokens of the text
     * @param length of a window, at least 1
     * @param stride from one to the next, at least 1; windows do not overlap where it is the length
     * @throws IllegalArgumentException where the text is not longer than a window
     */
    public TextWindows(int[] tokens, int length, int stride) {
        if (length < 1 || stride < 1 || tokens.length <= length) {
            throw new IllegalArgumentException(
                    "text: windows of %d, %d apart, in %d tokens: both must be at least 1, and the text longer than a window"
                            .formatted(length, stride, tokens.length));
        }
        this.tokens = tokens.clone();
        this.length = length;
        this.stride = stride;
    }

    @Override
    public int count() {
        return (tokens.length - 1 - length) / stride + 1;
    }

    @Override
    public Examples read(int[] which) {
        int[] inputs = new int[Math.multiplyExact(which.length, length)];
        int[] targets = new int[inputs.length];
        for (int i = 0; i < which.length; i++) {
            int from = Objects.checkIndex(which[i], count()) * stride;
            System.arraycopy(tokens, from, inputs, i * length, length);
            System.arraycopy(tokens, from + 1, targets, i * length, length);
        }
        return Examples.of(
                HostArray.of(inputs, which.length, length),
                HostArray.of(targets, which.length, length));
    }
}

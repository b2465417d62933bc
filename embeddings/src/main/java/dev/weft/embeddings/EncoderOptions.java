package dev.weft.embeddings;

import dev.weft.Device;
import dev.weft.Devices;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a {@link SentenceEncoder} is opened. Immutable: each method that sets an option returns other
 * options. What is not set is what the model's files say, and where they say nothing, what the
 * option's method does.
 *
 * @param opener opens the device
 * @param file the model's file, or null for the one that is found
 * @param pooling how tokens' vectors become one, or null
 * @param normalized whether vectors have the length 1, or null
 * @param maxTokens how many tokens of a text count, or 0
 * @param longTexts what becomes of longer texts
 */
public record EncoderOptions(
        Supplier<Device> opener,
        @Nullable String file,
        @Nullable Pooling pooling,
        @Nullable Boolean normalized,
        int maxTokens,
        LongTexts longTexts) {
    private static final EncoderOptions DEFAULTS =
            new EncoderOptions(Devices::best, null, null, null, 0, LongTexts.TRUNCATE);

    /** Checks that there is a device, and a way for long texts. */
    public EncoderOptions {
        Objects.requireNonNull(opener, "opener");
        Objects.requireNonNull(longTexts, "longTexts");
    }

    /** The best device, and what the model's files say. */
    public static EncoderOptions defaults() {
        return DEFAULTS;
    }

    /** On a device such as {@code cpu} or {@code cuda}: see {@link Devices#open(String)}. */
    public EncoderOptions device(String selector) {
        return device(() -> Devices.open(selector));
    }

    /**
     * On the device that this opens, which is then the model's, and closed with it. It is called
     * once, by the thread that the model works on. Default: {@link Devices#best()}.
     */
    public EncoderOptions device(Supplier<Device> newOpener) {
        return new EncoderOptions(newOpener, file, pooling, normalized, maxTokens, longTexts);
    }

    /**
     * With a file of the folder or jar, such as {@code onnx/model_qint8_avx512.onnx}. Default:
     * {@code model.onnx}, {@code onnx/model.onnx}, the only {@code .onnx} file, or {@code
     * model.safetensors}, the first of them that is there.
     */
    public EncoderOptions file(String name) {
        return new EncoderOptions(opener, name, pooling, normalized, maxTokens, longTexts);
    }

    /** With another pooling. Default: what {@code 1_Pooling/config.json} says, or the mean. */
    public EncoderOptions pooling(Pooling newPooling) {
        return new EncoderOptions(opener, file, newPooling, normalized, maxTokens, longTexts);
    }

    /**
     * Whether vectors are divided by their Euclidean length, so that a dot product is the cosine.
     * Default: whether {@code modules.json} lists it; true where there is no such file.
     */
    public EncoderOptions normalized(boolean newNormalized) {
        return new EncoderOptions(opener, file, pooling, newNormalized, maxTokens, longTexts);
    }

    /**
     * How many tokens of a text count, special ones among them: what is beyond is left out, also
     * with {@link LongTexts#AVERAGE}. Default: the {@code max_seq_length} of {@code
     * sentence_bert_config.json}, or where {@code tokenizer.json} or {@code tokenizer_config.json}
     * truncate, or all that the model has positions for.
     *
     * @throws IllegalArgumentException where it is less than 1
     */
    public EncoderOptions maxTokens(int most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    "embeddings: at least 1 token must count, got %d".formatted(most));
        }
        return new EncoderOptions(opener, file, pooling, normalized, most, longTexts);
    }

    /** What becomes of texts that are too long for the model. Default: they are truncated. */
    public EncoderOptions longTexts(LongTexts newLongTexts) {
        return new EncoderOptions(opener, file, pooling, normalized, maxTokens, newLongTexts);
    }
}

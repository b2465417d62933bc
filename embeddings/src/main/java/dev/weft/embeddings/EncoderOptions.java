package dev.weft.embeddings;

import dev.weft.Device;
import dev.weft.Devices;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a {@link SentenceEncoder} is opened. Immutable: each method that sets an option returns other
 * options. What is not set is what the model's files say, and where they say nothing, what the
 * option's method says.
 *
 * @param opener opens the device
 * @param file the model's file, or null for the one that is found
 * @param pooling how tokens' vectors become one, or null
 * @param normalized whether vectors have the length 1, or null
 * @param maxTokens how many tokens of a text count, or 0
 */
public record EncoderOptions(
        Supplier<Device> opener,
        @Nullable String file,
        @Nullable Pooling pooling,
        @Nullable Boolean normalized,
        int maxTokens) {
    private static final EncoderOptions DEFAULTS =
            new EncoderOptions(Devices::best, null, null, null, 0);

    /** Checks that there is a device. */
    public EncoderOptions {
        Objects.requireNonNull(opener, "opener");
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
        return new EncoderOptions(newOpener, file, pooling, normalized, maxTokens);
    }

    /**
     * With a file of the folder or jar, such as {@code onnx/model_qint8_avx512.onnx}. Default:
     * {@code model.onnx}, {@code onnx/model.onnx}, the only {@code .onnx} file, or {@code
     * model.safetensors}, the first of them that is there.
     */
    public EncoderOptions file(String name) {
        return new EncoderOptions(opener, name, pooling, normalized, maxTokens);
    }

    /** With another pooling. Default: what {@code 1_Pooling/config.json} says, or the mean. */
    public EncoderOptions pooling(Pooling newPooling) {
        return new EncoderOptions(opener, file, newPooling, normalized, maxTokens);
    }

    /**
     * Whether vectors are divided by their Euclidean length, so that a dot product is the cosine.
     * Default: whether {@code modules.json} lists it; true where there is no such file.
     */
    public EncoderOptions normalized(boolean newNormalized) {
        return new EncoderOptions(opener, file, pooling, newNormalized, maxTokens);
    }

    /**
     * How many tokens of a text count, special ones among them, at most: what is beyond is left
     * out. The model's positions are a limit in any case. Default: the {@code max_seq_length} of
     * {@code sentence_bert_config.json}; or where {@code tokenizer.json} truncates; or the {@code
     * model_max_length} of {@code tokenizer_config.json}; or all that there are positions for.
     *
     * @throws IllegalArgumentException where it is less than 1
     */
    public EncoderOptions maxTokens(int most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    "embeddings: at least 1 token must count, got %d".formatted(most));
        }
        return new EncoderOptions(opener, file, pooling, normalized, most);
    }
}

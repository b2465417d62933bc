package dev.weft.embeddings;

import dev.weft.Device;
import dev.weft.Normalizations;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import java.util.function.BooleanSupplier;

/**
 * Runs what a transformer runs, on few ones, while its file is read. Until the JVM has compiled a
 * kernel of the CPU its vectors are objects (ADR 61): a first text took 1.6 s, and takes 0.9 where
 * that begins before there is a model. Larger products take longer to be compiled, not less.
 */
final class WarmUp {
    private static final int TOKENS = 8;
    private static final int WIDTH = 64;
    private static final int HEADS = 4;

    private WarmUp() {}

    /** Runs until something is done, where a second processor is there to do it. */
    static void of(Device device, BooleanSupplier isDone) {
        if (Runtime.getRuntime().availableProcessors() == 1) {
            return;
        }
        try (Scope _ = device.scope()) {
            Tensor x = device.ones(TOKENS, WIDTH);
            Tensor weight = device.ones(WIDTH, WIDTH);
            Tensor bias = device.ones(WIDTH);
            while (!isDone.getAsBoolean()) {
                try (Scope _ = device.scope()) {
                    layer(x, weight, bias).toFloatArray();
                }
            }
        }
    }

    private static Tensor layer(Tensor x, Tensor weight, Tensor bias) {
        Tensor y = x.matmul(weight).add(bias).linear(weight, bias, Activation.IDENTITY);
        Tensor heads = y.reshape(1, TOKENS, HEADS, WIDTH / HEADS).permute(0, 2, 1, 3);
        Tensor scores = heads.matmul(heads.transpose()).mul(0.5).softmax(-1);
        Tensor seen = scores.matmul(heads).permute(0, 2, 1, 3).contiguous();
        Tensor sum = seen.reshape(TOKENS, WIDTH).gelu().add(x);
        return Normalizations.layerNorm(sum, -1, weight.select(0, 0), bias, 1e-12);
    }
}

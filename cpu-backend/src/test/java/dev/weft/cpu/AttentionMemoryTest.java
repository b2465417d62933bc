package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What attention takes beside its operands, its result and their gradients at 4,096 positions and
 * one head of 64: the scores alone would be 67 MB.
 */
class AttentionMemoryTest {
    private static final long LENGTH = 4096;
    private static final long WIDTH = 64;

    /** Of q, and of everything else that has its shape. */
    private static final long OPERAND = LENGTH * WIDTH * Float.BYTES;

    private static final long MOST = 4L << 20;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksAreAllThatItTakes(boolean causal) {
        AttentionOptions options = AttentionOptions.defaults().causal(causal);
        try (Device device = Devices.open("cpu");
                Scope _ = device.scope()) {
            Tensor[] operands = new Tensor[3];
            for (int i = 0; i < operands.length; i++) {
                operands[i] = device.random(i).normal(DType.F32, 0, 1, 1, 1, LENGTH, WIDTH);
            }
            Tensor dy = device.random(3).normal(DType.F32, 0, 1, 1, 1, LENGTH, WIDTH);
            device.trim();
            long before = device.memory().liveBytes();
            try (Tape tape = new Tape(device)) {
                for (Tensor operand : operands) {
                    tape.watch(operand);
                }
                Tensor y = Attention.attend(operands[0], operands[1], operands[2], options);
                long forward = device.memory().peakBytes() - before - OPERAND;
                assertTrue(forward <= MOST, "forward: %,d bytes".formatted(forward));
                assertEquals(
                        before + OPERAND, device.memory().liveBytes(), "kept for the way back");
                tape.gradients(y, dy);
                // The result, dy's copy, and the gradients, which the operation makes and hands on.
                long made = 2 * OPERAND + 6 * OPERAND;
                long backward = device.memory().peakBytes() - before - made;
                assertTrue(backward <= MOST, "backward: %,d bytes".formatted(backward));
            }
        }
    }
}

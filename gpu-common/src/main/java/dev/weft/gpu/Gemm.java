package dev.weft.gpu;

import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import java.util.Map;

/** c = epilogue(alpha a b + beta c). */
final class Gemm {
    private final Launcher launcher;
    private final Kernel tiled;

    Gemm(Launcher launcher, GemmTuning tuning) {
        this.launcher = launcher;
        tiled =
                new Kernel(
                        KernelFile.GEMM_TILED,
                        "gemm_tiled",
                        Map.of("TILE_M", 32, "TILE_N", 32, "TILE_K", 16, "WORK", 4),
                        64);
    }

    void multiply(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        if (c.size() == 0) {
            return;
        }
        long m = c.dim(-2);
        long n = c.dim(-1);
        long batch = c.rank() == 3 ? c.dim(0) : 1;
        Arguments args = launcher.begin().i32(m).i32(n).i32(a.dim(-1)).f32(alpha);
        operand(args, a);
        operand(args, b);
        args.f32(beta);
        Launcher.dense(args, c, 0);
        args.i32(m > 1 ? c.stride(-2) : 0).i64(c.rank() == 3 ? c.stride(0) : 0);
        View bias = epilogue.bias();
        if (bias == null) {
            args.memory(GpuBuffer.memory(c)).i64(0).i32(0);
        } else {
            Launcher.dense(args, bias, 0);
            args.i32(n > 1 ? bias.stride(0) : 0);
        }
        args.i32((bias == null ? 0 : 1) | code(epilogue.activation()) << 1);
        launcher.groups(tiled, (n + 31) / 32, (m + 31) / 32, batch);
    }

    /** As functions.h numbers them. */
    private static int code(Activation activation) {
        return switch (activation) {
            case IDENTITY -> 0;
            case RELU -> 1;
            case SIGMOID -> 2;
            case TANH -> 3;
        };
    }

    private static void operand(Arguments args, View x) {
        Launcher.dense(args, x, 0);
        args.i32(x.dim(-2) > 1 ? x.stride(-2) : 0);
        args.i32(x.dim(-1) > 1 ? x.stride(-1) : 1);
        args.i64(x.rank() == 3 ? x.stride(0) : 0);
    }

    void close() {}
}

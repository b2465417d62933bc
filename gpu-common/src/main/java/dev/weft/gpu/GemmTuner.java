package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Measures every gemm kernel that fits a device, for one product of each size as it is and with b
 * transposed, by the device's own clock, and chooses the one with the least time for both.
 */
final class GemmTuner {
    private static final int ROUNDS = 5;

    /** Each measurement repeats the product up to about this work. */
    private static final double WORK = 2e9;

    private final Launcher launcher;

    GemmTuner(Launcher launcher) {
        this.launcher = launcher;
    }

    GemmTuning run(Consumer<String> report) {
        GemmTuning best = GemmTuning.defaults(launcher.traits());
        Map<GemmSize, GemmVariant> chosen = new EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            chosen.put(size, best.of(size));
            try {
                chosen.put(size, fastest(size, report));
            } catch (DeviceOutOfMemoryException e) {
                report.accept("%-7s too large for this device: %s".formatted(size, best.of(size)));
            }
        }
        return new GemmTuning(chosen);
    }

    private GemmVariant fastest(GemmSize size, Consumer<String> report) {
        GpuDriver driver = launcher.driver();
        Shape aShape = Shape.of(size.m(), size.k());
        Shape bShape = Shape.of(size.k(), size.n());
        Shape cShape = Shape.of(size.m(), size.n());
        View a = random(aShape, 1);
        View b = random(bShape, 2);
        View bt = random(Shape.of(size.n(), size.k()), 3).transpose();
        View c = random(cShape, 4);
        try {
            GemmVariant best = GemmTuning.defaults(launcher.traits()).of(size);
            double least = Double.POSITIVE_INFINITY;
            for (GemmVariant variant : GemmVariant.candidates(launcher.traits())) {
                double seconds = seconds(variant, size, a, b, c) + seconds(variant, size, a, bt, c);
                double gflops = 4.0 * size.m() * size.n() * size.k() / seconds * 1e-9;
                report.accept("%-7s %-18s %8.1f GFLOP/s".formatted(size, variant, gflops));
                if (seconds < least) {
                    least = seconds;
                    best = variant;
                }
            }
            report.accept("%-7s %s".formatted(size, best));
            return best;
        } finally {
            for (View view : new View[] {a, b, bt, c}) {
                driver.release(GpuBuffer.memory(view));
            }
        }
    }

    /** The median of some rounds. */
    private double seconds(GemmVariant variant, GemmSize size, View a, View b, View c) {
        GemmTuning only = new GemmTuning(Map.of(size, variant));
        Gemm gemm = new Gemm(launcher, only);
        try {
            double work = 2.0 * size.m() * size.n() * size.k();
            int calls = (int) Math.max(1, WORK / work);
            // Once for nothing: the kernel is compiled, and caches are warm.
            gemm.multiply(1, a, b, 0, c, Epilogue.NONE);
            double[] seconds = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                Duration time =
                        launcher.driver()
                                .timeLaunches(
                                        () -> {
                                            for (int i = 0; i < calls; i++) {
                                                gemm.multiply(1, a, b, 0, c, Epilogue.NONE);
                                            }
                                        });
                seconds[round] = time.toNanos() * 1e-9 / calls;
            }
            Arrays.sort(seconds);
            return seconds[ROUNDS / 2];
        } finally {
            gemm.close();
        }
    }

    private View random(Shape shape, long seed) {
        GpuDriver driver = launcher.driver();
        int size = Math.toIntExact(shape.size());
        long memory = driver.allocate((long) size * Float.BYTES);
        float[] values = new float[size];
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        driver.write(MemorySegment.ofArray(values), memory, 0);
        return View.contiguous(new GpuBuffer(memory, DType.F32, size), shape, 0);
    }
}

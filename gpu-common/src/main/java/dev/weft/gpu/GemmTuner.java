package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Measures every gemm kernel that fits a device, for one product of each size as it is and with b
 * transposed, by the device's own clock, and chooses the one with the least time for both.
 */
final class GemmTuner {
    private static final int ROUNDS = 7;

    /** Times the least time, from which a candidate is not measured again. */
    private static final double HOPELESS = 2;

    /** Times the least time, up to which the default is kept. */
    private static final double SCATTER = 1.03;

    /** Each measurement repeats the product up to about this work, counted in operations. */
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
        GemmVariant usual = GemmTuning.defaults(launcher.traits()).of(size);
        List<Trial> trials = new ArrayList<>();
        try {
            for (GemmVariant variant : GemmVariant.candidates(launcher.traits())) {
                Gemm gemm = new Gemm(launcher, new GemmTuning(Map.of(size, variant)));
                trials.add(new Trial(variant, gemm, new ArrayList<>()));
                // Once for nothing: the kernels are compiled.
                gemm.multiply(1, a, b, 0, c, Epilogue.NONE);
                gemm.multiply(1, a, bt, 0, c, Epilogue.NONE);
            }
            double work = 2.0 * size.m() * size.n() * size.k();
            int calls = (int) Math.max(1, WORK / work);
            for (int round = 0; round < ROUNDS; round++) {
                double least = trials.stream().mapToDouble(Trial::median).min().orElseThrow();
                for (Trial trial : trials) {
                    if (round == 0 || trial.median() < HOPELESS * least) {
                        trial.seconds.add(
                                seconds(trial.gemm, calls, a, b, c)
                                        + seconds(trial.gemm, calls, a, bt, c));
                    }
                }
            }
            Map<GemmVariant, Double> medians = new LinkedHashMap<>();
            for (Trial trial : trials) {
                medians.put(trial.variant, trial.median());
                report.accept(
                        "%-7s %-18s %8.1f GFLOP/s"
                                .formatted(size, trial.variant, 2 * work / trial.median() * 1e-9));
            }
            GemmVariant best = choose(medians, usual);
            report.accept("%-7s %s".formatted(size, best));
            return best;
        } finally {
            trials.forEach(trial -> trial.gemm.close());
            for (View view : new View[] {a, b, bt, c}) {
                driver.release(GpuBuffer.memory(view));
            }
        }
    }

    /** The fastest, but the usual one where that is hardly slower: what is measured scatters. */
    static GemmVariant choose(Map<GemmVariant, Double> seconds, GemmVariant usual) {
        GemmVariant best =
                Collections.min(seconds.entrySet(), Map.Entry.comparingByValue()).getKey();
        double least = Objects.requireNonNull(seconds.get(best));
        return seconds.getOrDefault(usual, Double.POSITIVE_INFINITY) < SCATTER * least
                ? usual
                : best;
    }

    /** A candidate and what it has taken so far: in turns, so that noise hits all of them alike. */
    private record Trial(GemmVariant variant, Gemm gemm, List<Double> seconds) {
        double median() {
            double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        }
    }

    /** For one call, by the device's clock. */
    private double seconds(Gemm gemm, int calls, View a, View b, View c) {
        Duration time =
                launcher.driver()
                        .timeLaunches(
                                () -> {
                                    for (int i = 0; i < calls; i++) {
                                        gemm.multiply(1, a, b, 0, c, Epilogue.NONE);
                                    }
                                });
        return time.toNanos() * 1e-9 / calls;
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

package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Encoding;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Measures every gemm kernel that fits a device, for one product of each size as it is and with b
 * transposed, by the device's own clock, and chooses the one with the least time for both that is
 * right; and where the vendor has a library of products, that, also with an epilogue.
 */
final class GemmTuner {
    private static final int ROUNDS = 7;

    /** Times the least time, from which a candidate is not measured again. */
    private static final double HOPELESS = 2;

    /** Times the least time, up to which the default is kept. */
    private static final double SCATTER = 1.03;

    /** Each measurement repeats the product up to about this work, counted in operations. */
    private static final double WORK = 2e9;

    /** Up to which results are compared: the kernels of larger ones are the same. */
    private static final GemmSize LARGEST_CHECKED = GemmSize.MEDIUM;

    private final Launcher launcher;
    private final DType dtype;
    private final Set<GemmVariant> wrong = new HashSet<>();

    GemmTuner(Launcher launcher, DType dtype) {
        this.launcher = launcher;
        this.dtype = dtype;
    }

    GemmTuning run(Consumer<String> report) {
        GemmTuning defaults = GemmTuning.defaults(launcher.traits(), dtype);
        Map<GemmSize, GemmVariant> chosen = new EnumMap<>(GemmSize.class);
        Map<GemmSize, LibraryUse> library = new EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            chosen.put(size, defaults.of(size));
            library.put(size, defaults.library(size));
            try (Operands operands = new Operands(size)) {
                GemmVariant fastest = fastest(operands, report);
                chosen.put(size, fastest);
                if (!launcher.traits().gemmLibrary().isEmpty()) {
                    library.put(size, libraryUse(operands, fastest, report));
                }
            } catch (DeviceOutOfMemoryException e) {
                report.accept(
                        "%-7s too large for this device: %s".formatted(size, chosen.get(size)));
            }
        }
        return new GemmTuning(dtype, chosen, library);
    }

    /** The matrices of a size's product. */
    private final class Operands implements AutoCloseable {
        private final GemmSize size;
        private final List<View> views = new ArrayList<>();
        private final View a;
        private final View b;
        private final View bt;
        private final View c;
        private final View bias;

        Operands(GemmSize size) {
            this.size = size;
            try {
                a = random(Shape.of(size.m(), size.k()), 1);
                b = random(Shape.of(size.k(), size.n()), 2);
                bt = random(Shape.of(size.n(), size.k()), 3).transpose();
                c = random(Shape.of(size.m(), size.n()), 4);
                bias = random(Shape.of(size.n()), 5);
            } catch (DeviceOutOfMemoryException e) {
                close();
                throw e;
            }
        }

        private View random(Shape shape, long seed) {
            int elements = Math.toIntExact(shape.size());
            long memory = launcher.driver().allocate((long) elements * dtype.bytes());
            View view = View.contiguous(new GpuBuffer(memory, dtype, elements), shape, 0);
            views.add(view);
            MemorySegment values = MemorySegment.ofArray(new byte[elements * dtype.bytes()]);
            Random random = new Random(seed);
            for (int i = 0; i < elements; i++) {
                Encoding.set(dtype, values, i, random.nextGaussian());
            }
            launcher.driver().write(values, memory, 0);
            return view;
        }

        /** Both products, as they are. */
        void plain(Gemm gemm) {
            gemm.multiply(1, a, b, 0, c, Epilogue.NONE);
            gemm.multiply(1, a, bt, 0, c, Epilogue.NONE);
        }

        /** A layer: its weights are transposed, and an epilogue follows. */
        void layer(Gemm gemm) {
            gemm.multiply(1, a, bt, 0, c, new Epilogue(bias, Activation.RELU));
        }

        /** A product, on the host. */
        double[] product(Gemm gemm, View right) {
            gemm.multiply(1, a, right, 0, c, Epilogue.NONE);
            int elements = Math.toIntExact(c.size());
            MemorySegment values = MemorySegment.ofArray(new byte[elements * dtype.bytes()]);
            launcher.driver().read(GpuBuffer.memory(c), 0, values);
            double[] numbers = new double[elements];
            Arrays.setAll(numbers, i -> Encoding.get(dtype, values, i));
            return numbers;
        }

        /**
         * Whether two kernels make the same of both products, up to the order of additions: each
         * may err by 2u(k + 2)Σ|a||b|, and of normal operands the sum is less than k; and by half a
         * unit of what is rounded in the end.
         */
        boolean agree(Gemm one, Gemm other) {
            double additions = 4 * dtype.computesIn().roundoff() * (size.k() + 2) * size.k();
            for (View right : List.of(b, bt)) {
                double[] expected = product(one, right);
                double[] actual = product(other, right);
                for (int i = 0; i < expected.length; i++) {
                    double bound = additions + 2 * dtype.roundoff() * Math.abs(expected[i]);
                    if (!(Math.abs(expected[i] - actual[i]) <= bound)) {
                        return false;
                    }
                }
            }
            return true;
        }

        double work() {
            return 2.0 * size.m() * size.n() * size.k();
        }

        @Override
        public void close() {
            views.forEach(view -> launcher.driver().release(GpuBuffer.memory(view)));
        }
    }

    private GemmVariant fastest(Operands operands, Consumer<String> report) {
        GemmSize size = operands.size;
        List<Trial<GemmVariant>> trials = new ArrayList<>();
        for (GemmVariant variant : GemmVariant.candidates(launcher.traits(), dtype)) {
            if (wrong.contains(variant)) {
                continue;
            }
            Gemm gemm = new Gemm(launcher, dtype, new GemmTuning(dtype, Map.of(size, variant)));
            trials.add(new Trial<>(variant, gemm));
        }
        try {
            if (size.compareTo(LARGEST_CHECKED) <= 0) {
                dropWrong(trials, operands, report);
            }
            measure(trials, operands, operands::plain);
            Map<GemmVariant, Double> medians = new LinkedHashMap<>();
            for (Trial<GemmVariant> trial : trials) {
                medians.put(trial.what, trial.median());
                report(report, size, trial.what, 2 * operands.work() / trial.median());
            }
            GemmVariant usual = GemmTuning.defaults(launcher.traits(), dtype).of(size);
            GemmVariant best = choose(medians, usual);
            report.accept("%-7s %s".formatted(size, best));
            return best;
        } finally {
            trials.forEach(trial -> trial.gemm.close());
        }
    }

    /**
     * Drivers' compilers have bugs: what does not agree with the simplest kernel, the last of the
     * candidates, is not for this device.
     */
    private void dropWrong(
            List<Trial<GemmVariant>> trials, Operands operands, Consumer<String> report) {
        Gemm expected = trials.getLast().gemm;
        for (Trial<GemmVariant> trial : List.copyOf(trials)) {
            if (!operands.agree(expected, trial.gemm)) {
                report.accept(
                        "%-7s %-18s is wrong on this device".formatted(operands.size, trial.what));
                wrong.add(trial.what);
                trials.remove(trial);
                trial.gemm.close();
            }
        }
    }

    /** For which products the library is faster than the fastest kernel. */
    private LibraryUse libraryUse(Operands operands, GemmVariant fastest, Consumer<String> report) {
        GemmSize size = operands.size;
        List<Trial<LibraryUse>> trials = new ArrayList<>();
        for (LibraryUse use : List.of(LibraryUse.ALWAYS, LibraryUse.NEVER)) {
            GemmTuning tuning = new GemmTuning(dtype, Map.of(size, fastest), Map.of(size, use));
            trials.add(new Trial<>(use, new Gemm(launcher, dtype, tuning)));
        }
        try {
            measure(trials, operands, operands::plain);
            LibraryUse plain = faster(trials);
            report(
                    report,
                    size,
                    launcher.traits().gemmLibrary(),
                    2 * operands.work() / trials.getFirst().median());
            trials.forEach(trial -> trial.seconds.clear());
            measure(trials, operands, operands::layer);
            LibraryUse layer = faster(trials);
            LibraryUse use = plain == LibraryUse.NEVER || layer == plain ? plain : LibraryUse.PLAIN;
            report.accept("%-7s the library: %s".formatted(size, use));
            return use;
        } finally {
            trials.forEach(trial -> trial.gemm.close());
        }
    }

    private static LibraryUse faster(List<Trial<LibraryUse>> trials) {
        return Collections.min(trials, Comparator.comparingDouble(Trial::median)).what;
    }

    private static void report(
            Consumer<String> report, GemmSize size, Object what, double operationsPerSecond) {
        report.accept("%-7s %-18s %8.1f GFLOP/s".formatted(size, what, operationsPerSecond * 1e-9));
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
    private record Trial<T>(T what, Gemm gemm, List<Double> seconds) {
        Trial(T what, Gemm gemm) {
            this(what, gemm, new ArrayList<>());
        }

        double median() {
            double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        }
    }

    /** Gives each trial its times of one call of {@code products}, by the device's clock. */
    private <T> void measure(List<Trial<T>> trials, Operands operands, Consumer<Gemm> products) {
        // Once for nothing: the kernels are compiled.
        trials.forEach(trial -> products.accept(trial.gemm));
        int calls = (int) Math.max(1, WORK / operands.work());
        for (int round = 0; round < ROUNDS; round++) {
            double least = trials.stream().mapToDouble(Trial::median).min().orElseThrow();
            for (Trial<T> trial : trials) {
                if (round == 0 || trial.median() < HOPELESS * least) {
                    Duration time =
                            launcher.driver()
                                    .timeLaunches(
                                            () -> {
                                                for (int i = 0; i < calls; i++) {
                                                    products.accept(trial.gemm);
                                                }
                                            });
                    trial.seconds.add(time.toNanos() * 1e-9 / calls);
                }
            }
        }
    }
}

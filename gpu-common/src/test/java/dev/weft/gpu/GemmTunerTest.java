package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.GemmPrecision;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tuner chooses by what a device's clock says, here that of a device which says what it is
 * told.
 */
class GemmTunerTest {
    /** How long each kernel takes, by its name, and the library's product. */
    private static final class Clock implements GpuDriver {
        private final List<String> kernels = new ArrayList<>();
        private final Map<Long, Long> memory = new HashMap<>();
        private final String library;
        private final long ownNanos;
        private final long libraryNanos;
        private final long epilogueNanos;
        private String wrong = "no kernel";
        private String launched = "";
        private long next = 64;
        private long elapsed;

        Clock(String library, long ownNanos, long libraryNanos, long epilogueNanos) {
            this.library = library;
            this.ownNanos = ownNanos;
            this.libraryNanos = libraryNanos;
            this.epilogueNanos = epilogueNanos;
        }

        @Override
        public DeviceInfo info() {
            return new DeviceInfo("clock", "a clock", 0, Map.of());
        }

        @Override
        public GpuTraits traits() {
            return new GpuTraits(
                    DeviceClass.GPU, 100, 1024, 48 << 10, 1, true, "", library, "clock");
        }

        @Override
        public long allocate(long bytes) {
            memory.put(next, bytes);
            return next++;
        }

        @Override
        public void release(long released) {
            assertTrue(memory.remove(released) != null);
        }

        @Override
        public void write(MemorySegment source, long to, long offset) {
            assertTrue(memory.getOrDefault(to, 0L) >= offset + source.byteSize());
        }

        @Override
        public void read(long from, long offset, MemorySegment target) {
            target.fill((byte) (launched.contains(wrong) ? 0x70 : 0));
        }

        @Override
        public void enqueueRead(long from, long offset, MemorySegment target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long kernel(KernelSource source, String name) {
            kernels.add(name + source.defines());
            return kernels.size();
        }

        @Override
        public void launch(long kernel, Arguments arguments, int group, long x, long y, long z) {
            String name = kernels.get((int) kernel - 1);
            launched = name;
            // The kernel of 64 x 64 tiles is twice as fast as all others.
            boolean fastest = name.contains("GPU_BM=64") && name.contains("GPU_BN=64");
            elapsed +=
                    name.startsWith("gemm_epilogue") ? epilogueNanos : ownNanos * (fastest ? 1 : 2);
        }

        @Override
        public boolean multiply(MatrixProduct product, GemmPrecision precision) {
            elapsed += libraryNanos;
            return true;
        }

        @Override
        public void synchronize() {}

        @Override
        public Duration timeLaunches(Runnable launches) {
            elapsed = 0;
            launches.run();
            return Duration.ofNanos(elapsed);
        }

        @Override
        public void close() {}
    }

    private static GemmTuning tune(Clock clock, List<String> said) {
        Launcher launcher = new Launcher(clock);
        GemmTuning tuning = new GemmTuner(launcher, DType.F32).run(said::add);
        launcher.close();
        assertEquals(Map.of(), clock.memory, "memory that was not released");
        return tuning;
    }

    private static void assertUse(LibraryUse expected, Clock clock) {
        GemmTuning tuning = tune(clock, new ArrayList<>());
        for (GemmSize size : GemmSize.values()) {
            assertEquals(expected, tuning.library(size));
            assertEquals(GemmVariant.gpu(64, 64), tuning.of(size));
        }
    }

    @Test
    void aFastKernelThatIsWrongIsNotChosen() {
        Clock clock = new Clock("", 1000, 1, 1);
        clock.wrong = "GPU_BM=64";
        List<String> said = new ArrayList<>();
        GemmTuning tuning = tune(clock, said);
        for (GemmSize size : GemmSize.values()) {
            assertFalse(
                    tuning.of(size).toString().startsWith("gpu 64x"), tuning.of(size)::toString);
        }
        assertTrue(
                said.contains("SMALL   gpu 64x64          is wrong on this device"),
                said::toString);
    }

    @Test
    void theFastestOfKernelsAndLibrary() {
        assertUse(LibraryUse.NEVER, new Clock("", 1000, 1, 1));
        assertUse(LibraryUse.NEVER, new Clock("a library", 1000, 1001, 1));
        assertUse(LibraryUse.PLAIN, new Clock("a library", 1000, 900, 200));
        assertUse(LibraryUse.ALWAYS, new Clock("a library", 1000, 700, 200));
    }
}

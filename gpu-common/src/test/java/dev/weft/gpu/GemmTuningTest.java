package dev.weft.gpu;

import static dev.weft.DType.F32;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the tuner keeps is used again, on that device only, and a damaged file costs nothing else.
 */
class GemmTuningTest {
    private static final GpuTraits CPU = traits("a CPU", 4096);
    private static final GemmVariant OTHER = GemmVariant.cpu(F32, 6, 4, true);

    @TempDir Path folder;

    private static GpuTraits traits(String key, int maxGroup) {
        return new GpuTraits(DeviceClass.CPU, 2, maxGroup, 1 << 20, 16, true, "", "", key);
    }

    private static Map<GemmSize, GemmVariant> choices(GemmTuning tuning) {
        Map<GemmSize, GemmVariant> choices = new EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            choices.put(size, tuning.of(size));
        }
        return choices;
    }

    private static GemmTuning always(GemmVariant variant) {
        Map<GemmSize, GemmVariant> chosen = new EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            chosen.put(size, variant);
        }
        return new GemmTuning(F32, chosen);
    }

    private Path kept() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    @Test
    void whatIsStoredIsLoadedOnThisDeviceOnly() {
        CacheFolder cache = new CacheFolder(folder);
        assertEquals(
                choices(GemmTuning.defaults(CPU, F32)), choices(GemmTuning.load(cache, CPU, F32)));
        assertTrue(always(OTHER).store(cache, CPU).startsWith("kept in " + folder));
        assertEquals(choices(always(OTHER)), choices(GemmTuning.load(cache, CPU, F32)));
        GpuTraits another = traits("another CPU", 4096);
        // Nor for other types.
        assertEquals(
                choices(GemmTuning.defaults(CPU, DType.F64)),
                choices(GemmTuning.load(cache, CPU, DType.F64)));
        assertEquals(
                choices(GemmTuning.defaults(another, F32)),
                choices(GemmTuning.load(cache, another, F32)));
    }

    @Test
    void whatCannotBeReadIsTheDefault() throws IOException {
        CacheFolder cache = new CacheFolder(folder);
        for (String text :
                List.of(
                        "",
                        "SMALL = cpu 6x",
                        "HUGE = tiled 4096x4096",
                        "\\u12",
                        "SMALL",
                        "SMALL.library = SOMETIMES",
                        "\0")) {
            always(OTHER).store(cache, CPU);
            Files.writeString(kept(), text);
            assertEquals(
                    choices(GemmTuning.defaults(CPU, F32)),
                    choices(GemmTuning.load(cache, CPU, F32)),
                    text);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        String said = always(OTHER).store(new CacheFolder(file), CPU);
        assertTrue(said.startsWith("could not be kept in "), said);
    }

    @Test
    void theDefaultsFitTheDevice() {
        for (DeviceClass deviceClass : DeviceClass.values()) {
            GpuTraits small = new GpuTraits(deviceClass, 1, 64, 16 << 10, 4, true, "", "", "small");
            for (DType dtype : KernelFile.GEMM_GPU.dtypes()) {
                choices(GemmTuning.defaults(small, dtype))
                        .values()
                        .forEach(v -> assertTrue(v.fits(small, dtype), v::toString));
            }
        }
    }

    @Test
    void theDefaultStaysWhereAnotherIsHardlyFaster() {
        GemmVariant usual = GemmVariant.cpu(F32, 12, 2, false);
        assertEquals(usual, GemmTuner.choose(Map.of(usual, 1.02, OTHER, 1.0), usual));
        assertEquals(OTHER, GemmTuner.choose(Map.of(usual, 1.2, OTHER, 1.0), usual));
        assertEquals(OTHER, GemmTuner.choose(Map.of(OTHER, 1.0), usual));
    }
}

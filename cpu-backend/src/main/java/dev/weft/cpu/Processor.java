package dev.weft.cpu;

import dev.weft.backend.DeviceInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the processor and its memory are, as far as the system tells. */
final class Processor {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

    private Processor() {}

    static DeviceInfo describe(int threads, int vectorBits) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("threads", String.valueOf(threads));
        properties.put("vector bits", String.valueOf(vectorBits));
        properties.put("architecture", System.getProperty("os.arch", "unknown"));
        String model = value(CPU_INFO, "model name");
        return new DeviceInfo(
                "cpu", model.isEmpty() ? "processor" : model, memoryBytes(), properties);
    }

    private static long memoryBytes() {
        String kilobytes = value(MEMORY_INFO, "MemTotal").replaceAll("[^0-9]", "");
        return kilobytes.isEmpty() ? 0 : Long.parseLong(kilobytes) * 1024;
    }

    /**
     * The first value of a key in one of Linux's information files; empty where there is none, as
     * on other systems.
     */
    private static String value(Path file, String key) {
        if (!Files.isReadable(file)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}

package dev.weft.benchmarks.machine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class MachineTest {
    @Test
    void anX86IsNamedWithItsFamilyAndModel() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        assumeTrue(
                Files.isReadable(info) && Files.readString(info).contains("cpu family"),
                "the system does not say of which family the processor is");
        String cpu = Machine.here().cpu();
        assertTrue(cpu.matches(".+, family \\d+, model \\d+"), cpu);
    }
}

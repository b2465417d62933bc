package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.Activation;
import dev.weft.conformance.JavaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** What is done where Java does not compile vectors. */
class CompilerTest {
    @Test
    void knowsWhereVectorsAreSlow() {
        String openJdk = "OpenJDK 64-Bit Server VM";
        assertTrue(Compiler.lack(openJdk, "mixed mode, sharing").isEmpty());
        assertTrue(Compiler.lack("Java HotSpot(TM) 64-Bit Server VM", "mixed mode").isEmpty());
        assertTrue(Compiler.lack(openJdk, "interpreted mode, sharing").isPresent());
        assertTrue(Compiler.lack(openJdk, "mixed mode, emulated-client, sharing").isPresent());
        assertTrue(Compiler.lack("Eclipse OpenJ9 VM", "JRE 25").isPresent());
        assertFalse(Compiler.IS_SCALAR, "tests run with C2");
    }

    @Test
    void saysSoOnce(@TempDir Path folder) throws IOException, InterruptedException {
        String output =
                JavaProcess.look(
                        folder,
                        null,
                        "-XX:TieredStopAtLevel=1",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED");
        long said = output.lines().filter(line -> line.contains("TieredStopAtLevel=1")).count();
        assertEquals(1, said, output);
    }

    /** α a b + β c + bias, and its relu, for a transposed b. */
    @Test
    void multipliesWithoutVectors() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = floats(arena, 1, 2, 3, 4, 5, 6);
            MemorySegment b = floats(arena, 1, 0, -1, 2, 1, 0);
            MemorySegment c = floats(arena, 10, 20, 30, 40);
            MemorySegment bias = floats(arena, 0, -100);
            GemmProblem g =
                    new GemmProblem()
                            .set(
                                    2,
                                    2,
                                    3,
                                    2,
                                    a.address(),
                                    12,
                                    4,
                                    b.address(),
                                    4,
                                    12,
                                    0.5f,
                                    c.address(),
                                    8,
                                    bias.address(),
                                    Activation.IDENTITY);
            GemmScalar.part(g, 0, 2, 0, 2);
            // a b = (-2 4; -2 13)
            assertArrayEquals(new float[] {1, -82, 11, -54}, c.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    private static MemorySegment floats(Arena arena, float... values) {
        return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
    }
}

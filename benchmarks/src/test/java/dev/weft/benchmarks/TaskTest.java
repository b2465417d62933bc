package dev.weft.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.LayerPass;
import dev.weft.benchmarks.task.NetworkStep;
import dev.weft.benchmarks.task.Task;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That tasks know what is right, and have names of their own. */
class TaskTest {
    private static final WeftLibrary WEFT = WeftLibrary.open("cpu", 2);

    @AfterAll
    static void close() {
        WEFT.close();
    }

    static List<Task> tasks() {
        return Suite.ALL.tasks(Suite.Extent.QUICK, false, Suite.TYPES);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void aWrongResultIsRefused(Task task) {
        try (Work work = WEFT.prepare(task).orElseThrow()) {
            for (int run = 0; run < task.runsBeforeCheck(); run++) {
                work.run();
            }
            double[] result = work.result();
            assertDoesNotThrow(() -> task.check("weft", result));
            for (int i : new int[] {0, result.length / 2, result.length - 1}) {
                assertRefused(task, changed(result, i, result[i] + 1), i);
                assertRefused(task, changed(result, i, Double.NaN), i);
            }
            double[] shorter = Arrays.copyOf(result, result.length - 1);
            assertThrows(IllegalStateException.class, () -> task.check("other", shorter));
        }
    }

    /** Layers and networks are compared with the CPU's kernels in F64, which must be right. */
    @Test
    void theReferenceComesToTheSame() {
        try (WeftLibrary reference = WeftLibrary.open("reference", 1)) {
            for (Task task : tasks()) {
                if (task instanceof LayerPass || task instanceof NetworkStep) {
                    try (Work work = reference.prepare(task).orElseThrow()) {
                        for (int run = 0; run < task.runsBeforeCheck(); run++) {
                            work.run();
                        }
                        double[] result = work.result();
                        assertDoesNotThrow(() -> task.check("reference", result));
                    }
                }
            }
        }
    }

    private static double[] changed(double[] result, int i, double value) {
        double[] copy = result.clone();
        copy[i] = value;
        return copy;
    }

    private static void assertRefused(Task task, double[] wrong, int i) {
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> task.check("other", wrong));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("other: " + task.what()), message);
        assertTrue(message.contains(" at " + i + ":") || task.suite().equals("training"), message);
    }

    @Test
    void everyKindOfTaskIsTried() {
        Set<Class<?>> tried = tasks().stream().map(Object::getClass).collect(Collectors.toSet());
        assertEquals(Set.of(Task.class.getPermittedSubclasses()), tried);
    }

    @Test
    void namesAreUnique() {
        for (Suite.Extent extent : Suite.Extent.values()) {
            for (boolean gpu : new boolean[] {false, true}) {
                Set<String> names = new HashSet<>();
                for (Task task : Suite.ALL.tasks(extent, gpu, Suite.TYPES)) {
                    assertTrue(names.add(task.what()), task::what);
                }
            }
        }
    }

    @Test
    void theUsualTasksAreSomeOfAll() {
        for (boolean gpu : new boolean[] {false, true}) {
            Set<String> all = names(Suite.Extent.FULL, gpu).collect(Collectors.toSet());
            names(Suite.Extent.USUAL, gpu).forEach(name -> assertTrue(all.contains(name), name));
        }
    }

    private static Stream<String> names(Suite.Extent extent, boolean gpu) {
        return Suite.ALL.tasks(extent, gpu, Suite.TYPES).stream().map(Task::what);
    }

    /** By these gpu-check.sh finds the figures that it asks about. */
    @Test
    void whatIsAskedOfAGpuIsMeasuredThere() {
        List<String> names = names(Suite.Extent.USUAL, true).toList();
        assertTrue(names.contains("gemm 4096x4096x4096 NN"));
        assertTrue(names.contains("captured training step, batch 128"));
        assertTrue(names.contains("copy, 100000768 elements"));
        assertTrue(names.contains("Adam's update, 100000768 elements"));
    }
}

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.conformance.CaseResult.Outcome;

import org.junit.jupiter.api.DynamicTest;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A folder of external cases as a test: none may fail, and what is known to pass has to. */
final class VectorTests {
    private VectorTests() {}

    static Stream<DynamicTest> all(String folder, Supplier<Device> device) {
        return Stream.of(dynamicTest(folder, () -> runAll(folder, device.get())));
    }

    private static void runAll(String folder, Device device) throws IOException {
        VectorCheck check = VectorCheck.of(SharedVectors.require(folder));
        CheckReport report = check.run(device, List.of(), _ -> {});
        System.out.printf(
                "%s on %s: %d pass, %d fail, %d not supported yet%n",
                folder,
                device.info().selector(),
                report.count(Outcome.PASSED),
                report.count(Outcome.FAILED),
                report.count(Outcome.UNSUPPORTED));
        List<String> failures =
                report.cases().stream()
                        .filter(c -> c.outcome() == Outcome.FAILED)
                        .map(c -> c.name() + ": " + c.reason())
                        .toList();
        assertEquals(List.of(), failures);
        KnownCases.of(folder)
                .check(names(report, Outcome.PASSED), names(report, Outcome.UNSUPPORTED));
        assertEquals(0, device.memory().liveBytes());
    }

    private static Set<String> names(CheckReport report, Outcome outcome) {
        return report.cases().stream()
                .filter(c -> c.outcome() == outcome)
                .map(CaseResult::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.conformance.CaseResult.Outcome;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.lang.reflect.Method;
import java.util.List;

class SuiteCheckTest {
    private static CaseResult run(Executable body) {
        return SuiteCheck.run("group", dynamicTest("name", body));
    }

    @Test
    void aTestPassesFailsOrIsSkipped() {
        assertEquals(
                new CaseResult("group/name", "group", Outcome.PASSED, Double.NaN, ""),
                run(() -> {}));
        assertEquals(
                new CaseResult("group/name", "group", Outcome.FAILED, Double.NaN, "wrong"),
                run(() -> fail("wrong")));
        CaseResult skipped = run(() -> Assumptions.abort("there is none"));
        assertEquals(Outcome.UNSUPPORTED, skipped.outcome());
        assertTrue(skipped.reason().contains("there is none"), skipped.reason());
    }

    @Test
    void everyGroupOfTheSuiteIsRun() {
        List<String> groups = SuiteCheck.groups().stream().map(Method::getName).toList();
        assertTrue(
                groups.containsAll(List.of("elementwise", "gemm", "memory", "torch")), "" + groups);
    }
}

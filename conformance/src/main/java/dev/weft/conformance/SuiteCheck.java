package dev.weft.conformance;

import dev.weft.conformance.CaseResult.Outcome;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs {@link BackendConformance}, as JUnit would, on any device. */
public final class SuiteCheck {
    private SuiteCheck() {}

    /**
     * Runs every test of the suite. The operator of a result is the suite's group of tests.
     *
     * @param selector as for {@link dev.weft.Devices#open}
     * @param listener is told of each result
     */
    public static CheckReport run(String selector, Consumer<CaseResult> listener) {
        List<CaseResult> results = new ArrayList<>();
        Consumer<CaseResult> all = listener.andThen(results::add);
        groups().forEach(group -> run(selector, group, all));
        return new CheckReport(results);
    }

    /** The suite's groups of tests. */
    static List<Method> groups() {
        return Arrays.stream(BackendConformance.class.getMethods())
                .filter(method -> method.isAnnotationPresent(TestFactory.class))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private static void run(String selector, Method group, Consumer<CaseResult> listener) {
        BackendConformance suite = new BackendConformance(selector) {};
        suite.open();
        try (Stream<?> tests = (Stream<?>) group.invoke(suite)) {
            tests.forEach(test -> listener.accept(run(group.getName(), (DynamicTest) test)));
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(group.getName() + ": " + e, e);
        } finally {
            suite.close();
        }
    }

    static CaseResult run(String group, DynamicTest test) {
        Outcome outcome = Outcome.PASSED;
        String reason = "";
        try {
            test.getExecutable().execute();
        } catch (TestAbortedException e) {
            outcome = Outcome.UNSUPPORTED;
            reason = String.valueOf(e.getMessage());
        } catch (Throwable e) {
            outcome = Outcome.FAILED;
            reason = String.valueOf(e.getMessage());
        }
        return new CaseResult(
                group + "/" + test.getDisplayName(), group, outcome, Double.NaN, reason);
    }
}

package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.List;

/** Factors that a reader can follow, where schedules end, and their texts. */
class ScheduleTest {
    private static void check(Schedule schedule, double... factors) {
        for (int t = 0; t < factors.length; t++) {
            assertEquals(factors[t], schedule.factor(t), 1e-15, schedule + " at " + t);
        }
    }

    @Test
    void factors() {
        check(Schedule.CONSTANT, 1, 1);
        check(Schedule.step(2, 0.5), 1, 1, 0.5, 0.5, 0.25);
        check(Schedule.multiStep(0.5, 3, 1, 1), 1, 0.25, 0.25, 0.125);
        check(Schedule.exponential(0.5), 1, 0.5, 0.25);
        check(Schedule.cosine(2, 0.5), 1, 0.75, 0.5, 0.5);
        check(Schedule.cosineRestarts(2, 2, 0), 1, 0.5, 1, (2 + Math.sqrt(2)) / 4, 0.5);
        check(Schedule.cosineRestarts(2, 1, 0), 1, 0.5, 1, 0.5, 1);
        check(Schedule.linear(0, 1, 4), 0, 0.25, 0.5, 0.75, 1, 1);
        check(Schedule.polynomial(2, 2), 1, 0.25, 0, 0);
        check(
                Schedule.oneCycle(5, 0.4, 4, 10),
                0.25,
                1,
                0.025 + 0.975 * 0.75,
                0.025 + 0.975 / 4,
                0.025,
                0.025);
        check(Schedule.oneCycle(4, 0.25, 4, 10), 1);
        check(Schedule.of("mine", t -> 10 - t), 10, 9);
        check(Schedule.step(1, 0.5).then(2, Schedule.exponential(0.1)), 1, 0.5, 1, 0.1);
        check(Schedule.exponential(0.5).times(Schedule.exponential(0.5)), 1, 0.25);
        check(Schedule.exponential(0.5).every(3), 1, 1, 1, 0.5);
        assertEquals(1, Schedule.cosineRestarts(1, 2, 0).factor((1L << 40) - 1));
    }

    @Test
    void textsGoThereAndBack() {
        Schedule warm = Schedule.linear(0.1, 1, 100).then(100, Schedule.cosine(900, 0.5));
        assertEquals("linear(0.1, 1.0, 100).then(100, cosine(900, 0.5))", warm.text());
        for (Schedule schedule :
                List.of(
                        Schedule.CONSTANT,
                        Schedule.step(2, 0.5),
                        Schedule.multiStep(0.5, 3, 1),
                        Schedule.exponential(1e-3),
                        Schedule.cosineRestarts(2, 3, 0),
                        Schedule.oneCycle(5, 0.4, 4, 1e4),
                        Schedule.polynomial(7, 2).every(3),
                        warm.times(Schedule.exponential(0.5).every(5)))) {
            Schedule read = Schedule.parse(schedule.text());
            assertEquals(schedule, read);
            assertEquals(schedule.hashCode(), read.hashCode());
            for (long t = 0; t < 200; t += 7) {
                assertEquals(schedule.factor(t), read.factor(t));
            }
        }
        assertTrue(Schedule.parse(" constant() ".trim()).isConstant());
        assertFalse(Schedule.parse("step( 3,.5 )").isConstant());
    }

    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused(
                "schedule step: a number of steps must be at least 1, got 0",
                () -> Schedule.step(0, 0.5));
        refused(
                "schedule linear: from must be a finite number of at least 0, got -1.0",
                () -> Schedule.linear(-1, 1, 3));
        refused(
                "schedule one_cycle: share must be in (0, 1), got 1.0",
                () -> Schedule.oneCycle(3, 1, 2, 2));
        refused(
                "schedule: the name must be of letters, digits, '_' and '-', got 'a b'",
                () -> Schedule.of("a b", t -> 1));
        refused(
                "schedule 'cosine(3': expected ')' at position 8",
                () -> Schedule.parse("cosine(3"));
        refused(
                "schedule 'cosine(3)': expected other than 1 arguments of cosine at position 0",
                () -> Schedule.parse("cosine(3)"));
        refused(
                "schedule 'step(2, x)': expected a number at position 8",
                () -> Schedule.parse("step(2, x)"));
        refused(
                "schedule 'step(2.5, 1)': expected a whole number before this, not 2.5 at position"
                        + " 12",
                () -> Schedule.parse("step(2.5, 1)"));
        refused(
                "schedule 'constant().next(1)': expected then, times or every at position 11",
                () -> Schedule.parse("constant().next(1)"));
        refused(
                "schedule 'constant() 3': expected nothing more at position 11",
                () -> Schedule.parse("constant() 3"));
        refused(
                "schedule 'own mine': is a function of the program that made it: give it again",
                () -> Schedule.parse(Schedule.of("mine", t -> 1).text()));
        assertThrows(IllegalArgumentException.class, () -> Schedule.parse("warp(1)"));
    }
}

package dev.weft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How a learning rate goes with the number of steps: the rate of a step is the optimizer's times
 * the factor of the number of steps done before it, from 0 on.
 *
 * <pre>{@code
 * Schedule warmUp = Schedule.linear(0.1, 1, 100).then(100, Schedule.cosine(900, 0.01));
 * }</pre>
 *
 * <p>Factors are those of PyTorch's schedulers, where {@code step()} is called once for each. Those
 * that have an end stay at what they have come to. A schedule is its {@link #text}: equal texts are
 * equal schedules, {@link #parse} gives it back, and so files can keep it. One of the program's own
 * functions is kept by its name.
 */
public final class Schedule {
    /** The same rate for every step. */
    public static final Schedule CONSTANT = new Schedule("constant()", step -> 1);

    /** What the texts begin with that no parser can read. */
    private static final String OWN = "own ";

    private final String text;
    private final LongToDoubleFunction factor;

    private Schedule(String text, LongToDoubleFunction factor) {
        this.text = text;
        this.factor = factor;
    }

    private static String call(String name, Object... arguments) {
        return Arrays.stream(arguments)
                .map(Object::toString)
                .collect(Collectors.joining(", ", name + "(", ")"));
    }

    /**
     * A function of one's own.
     *
     * @param name of letters, digits, '_' and '-': what files keep; the program that reads them has
     *     to give the function again
     * @param factor of the number of steps done, at least 0
     */
    public static Schedule of(String name, LongToDoubleFunction factor) {
        if (!name.matches("[\\w-]+")) {
            throw new IllegalArgumentException(
                    "schedule: the name must be of letters, digits, '_' and '-', got '%s'"
                            .formatted(name));
        }
        return new Schedule(OWN + name, factor);
    }

    /** gamma^⌊t / every⌋. */
    public static Schedule step(long every, double gamma) {
        requireSteps("step", every);
        requireFactor("step", "gamma", gamma);
        return new Schedule(
                call("step", every, gamma), t -> Math.pow(gamma, (double) Math.floorDiv(t, every)));
    }

    /** gamma to the number of milestones that are not after t. */
    public static Schedule multiStep(double gamma, long... milestones) {
        requireFactor("multi_step", "gamma", gamma);
        long[] at = milestones.clone();
        Object[] arguments = Stream.concat(Stream.of(gamma), LongStream.of(at).boxed()).toArray();
        return new Schedule(
                call("multi_step", arguments),
                t -> Math.pow(gamma, (double) LongStream.of(at).filter(m -> m <= t).count()));
    }

    /** gamma^t. */
    public static Schedule exponential(double gamma) {
        requireFactor("exponential", "gamma", gamma);
        return new Schedule(call("exponential", gamma), t -> Math.pow(gamma, (double) t));
    }

    /** From 1 to the floor, by half a period of a cosine over so many steps. */
    public static Schedule cosine(long steps, double floor) {
        requireSteps("cosine", steps);
        requireFactor("cosine", "floor", floor);
        return new Schedule(
                call("cosine", steps, floor),
                t -> between(1, floor, (double) Math.min(t, steps) / steps));
    }

    /**
     * {@link #cosine} again and again: over so many steps at first, and each time over {@code
     * longer} times as many. Loshchilov and Hutter 2017.
     */
    public static Schedule cosineRestarts(long steps, long longer, double floor) {
        requireSteps("cosine_restarts", steps);
        requireSteps("cosine_restarts", longer);
        requireFactor("cosine_restarts", "floor", floor);
        return new Schedule(
                call("cosine_restarts", steps, longer, floor),
                t -> {
                    long length = steps;
                    long done = longer == 1 ? t % steps : t;
                    while (done >= length) {
                        done -= length;
                        length *= longer;
                    }
                    return between(1, floor, (double) done / length);
                });
    }

    /**
     * From 1 / div up to 1 in the first share of all steps, then down to 1 / (div finalDiv), both
     * by cosines: the optimizer's rate is the highest. Smith and Topin 2018, as in PyTorch.
     */
    public static Schedule oneCycle(long steps, double share, double div, double finalDiv) {
        requireSteps("one_cycle", steps);
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "schedule one_cycle: share must be in (0, 1), got " + share);
        }
        requireFactor("one_cycle", "div", div);
        requireFactor("one_cycle", "final_div", finalDiv);
        double peak = share * steps - 1;
        double last = steps - 1.0;
        return new Schedule(
                call("one_cycle", steps, share, div, finalDiv),
                t ->
                        t < peak
                                ? between(1 / div, 1, t / peak)
                                : between(
                                        1,
                                        1 / (div * finalDiv),
                                        Math.min((t - peak) / (last - peak), 1)));
    }

    /** From one factor to another in equal parts over so many steps: a warm-up, from 0.1 to 1. */
    public static Schedule linear(double from, double to, long steps) {
        requireSteps("linear", steps);
        requireFactor("linear", "from", from);
        requireFactor("linear", "to", to);
        return new Schedule(
                call("linear", from, to, steps),
                t -> from + (to - from) * ((double) Math.min(t, steps) / steps));
    }

    /** (1 - t / steps)^power. */
    public static Schedule polynomial(long steps, double power) {
        requireSteps("polynomial", steps);
        requireFactor("polynomial", "power", power);
        return new Schedule(
                call("polynomial", steps, power),
                t -> Math.pow(1 - (double) Math.min(t, steps) / steps, power));
    }

    /** This for so many steps, and then another, whose steps count from there on. */
    public Schedule then(long steps, Schedule next) {
        requireSteps("then", steps);
        return new Schedule(
                text + call(".then", steps, next),
                t -> t < steps ? factor(t) : next.factor(t - steps));
    }

    /** The product of both factors. */
    public Schedule times(Schedule other) {
        return new Schedule(text + call(".times", other), t -> factor(t) * other.factor(t));
    }

    /** This by another count: a factor stays for so many steps, such as those of an epoch. */
    public Schedule every(long steps) {
        requireSteps("every", steps);
        return new Schedule(text + call(".every", steps), t -> factor(t / steps));
    }

    /** What the rate of the step is multiplied by that so many were done before. */
    public double factor(long done) {
        return factor.applyAsDouble(done);
    }

    /** Whether every step has the same rate. */
    public boolean isConstant() {
        return equals(CONSTANT);
    }

    /**
     * The schedule of a text, such as {@code linear(0.1, 1, 100).then(100, cosine(900, 0))}: the
     * names are step, multi_step, exponential, cosine, cosine_restarts, one_cycle, linear,
     * polynomial and constant, with the arguments of the methods here.
     *
     * @throws IllegalArgumentException saying what is wrong, and where
     */
    public static Schedule parse(String text) {
        return new Parser(text).read();
    }

    /** What {@link #parse} reads. */
    public String text() {
        return text;
    }

    /** Whether the texts are equal. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Schedule schedule && schedule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    /** From one number to another, along half a period of a cosine. */
    private static double between(double from, double to, double share) {
        return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
    }

    private static void requireSteps(String name, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "schedule %s: a number of steps must be at least 1, got %d"
                            .formatted(name, steps));
        }
    }

    private static void requireFactor(String name, String argument, double value) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(
                    "schedule %s: %s must be a finite number of at least 0, got %s"
                            .formatted(name, argument, value));
        }
    }

    /** Reads what {@link #text} writes. */
    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        Schedule read() {
            if (text.startsWith(OWN)) {
                throw new IllegalArgumentException(
                        "schedule '%s': is a function of the program that made it: give it again"
                                .formatted(text));
            }
            Schedule schedule = schedule();
            if (at < text.length()) {
                throw wrong("nothing more");
            }
            return schedule;
        }

        private Schedule schedule() {
            int start = at;
            Schedule made = made(word(), arguments(), start);
            while (accept('.')) {
                start = at;
                made = joined(made, word(), start);
            }
            return made;
        }

        private Schedule made(String name, List<Double> a, int start) {
            boolean takes =
                    switch (name) {
                        case "constant" -> a.isEmpty();
                        case "exponential" -> a.size() == 1;
                        case "step", "cosine", "polynomial" -> a.size() == 2;
                        case "linear", "cosine_restarts" -> a.size() == 3;
                        case "one_cycle" -> a.size() == 4;
                        case "multi_step" -> !a.isEmpty();
                        default -> {
                            at = start;
                            throw wrong(
                                    "one of constant, step, multi_step, exponential, cosine,"
                                            + " cosine_restarts, one_cycle, linear, polynomial");
                        }
                    };
            if (!takes) {
                at = start;
                throw wrong("other than %d arguments of %s".formatted(a.size(), name));
            }
            return switch (name) {
                case "exponential" -> Schedule.exponential(a.get(0));
                case "step" -> Schedule.step(whole(a.get(0)), a.get(1));
                case "cosine" -> Schedule.cosine(whole(a.get(0)), a.get(1));
                case "polynomial" -> Schedule.polynomial(whole(a.get(0)), a.get(1));
                case "linear" -> Schedule.linear(a.get(0), a.get(1), whole(a.get(2)));
                case "cosine_restarts" ->
                        Schedule.cosineRestarts(whole(a.get(0)), whole(a.get(1)), a.get(2));
                case "one_cycle" ->
                        Schedule.oneCycle(whole(a.get(0)), a.get(1), a.get(2), a.get(3));
                case "multi_step" -> {
                    long[] milestones = a.stream().skip(1).mapToLong(this::whole).toArray();
                    yield Schedule.multiStep(a.get(0), milestones);
                }
                default -> Schedule.CONSTANT;
            };
        }

        private Schedule joined(Schedule first, String how, int start) {
            expect('(');
            Schedule joined =
                    switch (how) {
                        case "then" -> {
                            long steps = whole(number());
                            expect(',');
                            yield first.then(steps, schedule());
                        }
                        case "times" -> first.times(schedule());
                        case "every" -> first.every(whole(number()));
                        default -> {
                            at = start;
                            throw wrong("then, times or every");
                        }
                    };
            expect(')');
            return joined;
        }

        private List<Double> arguments() {
            List<Double> numbers = new ArrayList<>();
            expect('(');
            if (accept(')')) {
                return numbers;
            }
            do {
                numbers.add(number());
            } while (accept(','));
            expect(')');
            return numbers;
        }

        private String word() {
            blanks();
            int start = at;
            while (at < text.length() && (Character.isLetter(text.charAt(at)) || peek('_'))) {
                at++;
            }
            return text.substring(start, at);
        }

        private double number() {
            blanks();
            int start = at;
            while (at < text.length() && "0123456789.eE+-".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            try {
                return Double.parseDouble(text.substring(start, at));
            } catch (NumberFormatException e) {
                at = start;
                throw wrong("a number");
            }
        }

        private long whole(double number) {
            if (number != Math.rint(number) || Math.abs(number) > Long.MAX_VALUE) {
                throw wrong("a whole number before this, not " + number);
            }
            return (long) number;
        }

        private boolean peek(char c) {
            return at < text.length() && text.charAt(at) == c;
        }

        private boolean accept(char c) {
            blanks();
            boolean isThere = peek(c);
            at += isThere ? 1 : 0;
            return isThere;
        }

        private void expect(char c) {
            if (!accept(c)) {
                throw wrong("'" + c + "'");
            }
        }

        private void blanks() {
            while (peek(' ')) {
                at++;
            }
        }

        private IllegalArgumentException wrong(String expected) {
            return new IllegalArgumentException(
                    "schedule '%s': expected %s at position %d".formatted(text, expected, at));
        }
    }
}

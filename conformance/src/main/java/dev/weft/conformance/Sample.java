package dev.weft.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which of many slow cases a test takes, where what they would find is rare: some, drawn by {@code
 * weft.seed}; with the system property {@code weft.cases=all} every one; with {@code
 * weft.cases=few} a quarter of the some, for the further runs of a suite that has run before with
 * other kernels of the same backend.
 */
public final class Sample {
    private static final String CASES = System.getProperty("weft.cases", "some");
    private static final boolean ALL = CASES.equals("all");
    private static final boolean FEW = CASES.equals("few");

    private Sample() {}

    /** At most {@code some} of the cases, in their order. */
    public static <T> List<T> of(List<T> cases, int some) {
        int most = size(some, cases.size());
        if (cases.size() <= most) {
            return cases;
        }
        List<Integer> drawn = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            drawn.add(i);
        }
        Collections.shuffle(drawn, new Random(Seed.value()));
        return drawn.subList(0, most).stream().sorted().map(cases::get).toList();
    }

    /** How many cases a test draws: {@code some}, fewer, or {@code all}. */
    public static int size(int some, int all) {
        return ALL ? all : FEW ? Math.max(1, some / 4) : some;
    }
}

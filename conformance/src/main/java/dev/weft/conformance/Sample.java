package dev.weft.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which of many slow cases a test takes, where what they would find is rare: a few, drawn by {@code
 * weft.seed}, or with the system property {@code weft.cases=all} every one.
 */
public final class Sample {
    private static final boolean ALL = "all".equals(System.getProperty("weft.cases"));

    private Sample() {}

    /** At most {@code most} of the cases, in their order. */
    public static <T> List<T> of(List<T> cases, int most) {
        if (ALL || cases.size() <= most) {
            return cases;
        }
        List<Integer> drawn = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            drawn.add(i);
        }
        Collections.shuffle(drawn, new Random(Seed.value()));
        return drawn.subList(0, most).stream().sorted().map(cases::get).toList();
    }

    /** How many cases a test draws: {@code few}, or {@code all}. */
    public static int size(int few, int all) {
        return ALL ? all : few;
    }
}

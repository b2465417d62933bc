package dev.weft.cpu;

import dev.weft.backend.Correlation;

import java.util.ArrayList;
import java.util.List;

/**
 * One phase of an axis of a {@link Correlation}: the elements e = firstE + t stepE of the result,
 * the places j = firstJ + v stepJ that have partners for them, and these partners, p = base + t byE
 * + v byJ. An axis whose partners are not divided by a step is one phase; the others have one for
 * each remainder of e (polyphase decomposition), so that no product with a missing partner is left
 * but at the border.
 */
record Phase(
        int elements,
        int firstE,
        int stepE,
        int allElements,
        int places,
        int firstJ,
        int stepJ,
        int allPlaces,
        int partners,
        int byE,
        int byJ,
        int base) {
    /** The phases of an axis. */
    static List<Phase> of(Correlation.Axis axis) {
        int step = Math.toIntExact(axis.step());
        List<Phase> phases = new ArrayList<>();
        for (int e = 0; e < Math.min(step, axis.elements()); e++) {
            phases.add(of(axis, e, step));
        }
        return phases;
    }

    private static Phase of(Correlation.Axis axis, int e, int step) {
        int j = 0;
        while (j < step && at(axis, e, j) % step != 0) {
            j++;
        }
        int stepJ = step / gcd(step, Math.toIntExact(Math.abs(axis.byJ())));
        long places = j < Math.min(step, axis.places()) ? ceil(axis.places() - j, stepJ) : 0;
        return new Phase(
                Math.toIntExact(ceil(axis.elements() - e, step)),
                e,
                step,
                Math.toIntExact(axis.elements()),
                Math.toIntExact(places),
                j,
                stepJ,
                Math.toIntExact(axis.places()),
                Math.toIntExact(axis.partners()),
                Math.toIntExact(axis.byE()),
                Math.toIntExact(axis.byJ() * stepJ / step),
                Math.toIntExact(Math.floorDiv(at(axis, e, j), (long) step)));
    }

    /** Of so many elements or places whose partners are the same elements: one of two axes. */
    static Phase same(int elements, int places) {
        int all = Math.max(elements, places);
        return new Phase(elements, 0, 1, elements, places, 0, 1, places, all, 1, 1, 0);
    }

    private static long at(Correlation.Axis axis, long e, long j) {
        return e * axis.byE() + j * axis.byJ() + axis.shift();
    }

    private static long ceil(long a, long b) {
        return (a + b - 1) / b;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The partner of t and v, or -1 where there is none. */
    int partner(int t, int v) {
        int p = base + t * byE + v * byJ;
        return p < partners ? Math.max(p, -1) : -1;
    }

    /** Whether all elements, and places, are in it. */
    boolean isWhole() {
        return stepE == 1 && stepJ == 1;
    }

    /** Whether t and v, of which one is 0 alone, are the partner. */
    boolean isSame() {
        return isWhole()
                && base == 0
                && Math.min(elements, places) == 1
                && Math.max(elements, places) == partners
                && (elements == 1 || byE == 1)
                && (places == 1 || byJ == 1);
    }
}

package dev.weft.cpu;

import dev.weft.backend.Correlation;

import java.util.ArrayList;
import java.util.List;

/**
 * One phase of a {@link Correlation} as a product c = a b for each group. Offsets count elements.
 *
 * <ul>
 *   <li>Rows are the output channels of what is computed.
 *   <li>K counts terms, and in each the places j: element (i, r, j) of a is the first operand's at
 *       i aRow + r aTerm + j.
 *   <li>Columns count images, and in each the elements e: element (r, j, s, e) of b is the second
 *       operand's at s bImage + r bTerm + p, where p is the partner of e and j, and 0 where there
 *       is none. Element (i, s, e) of c is the result's at i cRow + s cImage + e.
 * </ul>
 *
 * The weight's gradient has the input's channels as its images, and examples as its terms.
 */
record ConvolutionProduct(
        int groups,
        long aGroup,
        long bGroup,
        long cGroup,
        int rows,
        long aRow,
        long cRow,
        int terms,
        long aTerm,
        long bTerm,
        int images,
        long bImage,
        long cImage,
        Phase depth,
        Phase lines,
        Phase columns) {
    /** The phases, whose elements are all of the result's. */
    static List<ConvolutionProduct> of(Correlation work) {
        List<ConvolutionProduct> phases = new ArrayList<>();
        for (Phase depth : Phase.of(work.axes().get(0))) {
            for (Phase lines : Phase.of(work.axes().get(1))) {
                for (Phase columns : Phase.of(work.axes().get(2))) {
                    phases.add(of(work, depth, lines, columns));
                }
            }
        }
        return phases;
    }

    private static ConvolutionProduct of(
            Correlation work, Phase depth, Phase lines, Phase columns) {
        Correlation.Steps one = work.ofFirst();
        Correlation.Steps two = work.ofSecond();
        long plane = work.elements();
        long u = work.result().size() / (work.v() * work.w() * plane);
        if (depth.isSame() && lines.isSame() && columns.isSame()) {
            int elements = depth.elements() * lines.elements() * columns.elements();
            int places = depth.places() * lines.places() * columns.places();
            // A kernel over the whole of one axis and nothing of another moves along the latter.
            if (Math.min(elements, places) == 1) {
                columns = Phase.same(elements, places);
                lines = Phase.same(1, 1);
                depth = lines;
            }
        }
        // The first operand does not move with the images, the second not with the rows.
        return one.u() == 0
                ? new ConvolutionProduct(
                        Math.toIntExact(work.v()),
                        one.v(),
                        two.v(),
                        work.w() * plane,
                        Math.toIntExact(work.w()),
                        one.w(),
                        plane,
                        Math.toIntExact(work.terms()),
                        one.r(),
                        two.r(),
                        Math.toIntExact(u),
                        two.u(),
                        work.v() * work.w() * plane,
                        depth,
                        lines,
                        columns)
                : new ConvolutionProduct(
                        Math.toIntExact(u),
                        one.u(),
                        two.u(),
                        work.v() * work.w() * plane,
                        Math.toIntExact(work.v()),
                        one.v(),
                        work.w() * plane,
                        Math.toIntExact(work.terms()),
                        one.r(),
                        two.r(),
                        Math.toIntExact(work.w()),
                        two.w(),
                        plane,
                        depth,
                        lines,
                        columns);
    }

    /** Of an image. */
    int elements() {
        return depth.elements() * lines.elements() * columns.elements();
    }

    /** Of a term. */
    int places() {
        return depth.places() * lines.places() * columns.places();
    }

    long k() {
        return (long) terms * places();
    }

    double flops() {
        return 2.0 * groups * rows * k() * images * elements();
    }

    /** Whether the phase is the only one, so that an image's elements are adjacent. */
    boolean isWhole() {
        return depth.isWhole() && lines.isWhole() && columns.isWhole();
    }

    /** Whether b's rows are the second operand's as they are, from a column of an image on. */
    boolean isPlain() {
        return depth.isSame()
                && lines.isSame()
                && columns.isSame()
                && places() == 1
                && columns.elements() == elements();
    }

    /** Whether a's rows are the first operand's as they are. */
    boolean hasAdjacentTerms() {
        return isWhole() && (aTerm == places() || terms == 1);
    }

    /** How many columns there are. */
    long size() {
        return (long) images * elements();
    }
}

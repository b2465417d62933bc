package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sums of products of elements by Einstein's convention.
 *
 * <p>Operands are contracted two at a time, in the order with the fewest multiplications. A pair of
 * a floating type is a product of matrices, batched over what both and the result share, and
 * without a copy where strides allow it; where all that is left is shared, and for integers, it is
 * a product of elements and its sum.
 */
public final class Einsum {
    private final Equation equation;
    private final long output;

    private Einsum(Equation equation) {
        this.equation = equation;
        this.output = bits(equation.output());
    }

    /**
     * The result has the labels after {@code ->}: it is the sum, over all other labels, of the
     * products of the operands' elements. A letter is a label for an axis; one that occurs twice in
     * an operand takes its diagonal. {@code ...} stands for any further axes, which broadcast; a
     * result without it sums over them. Where there is no arrow, the result has the axes of {@code
     * ...} and the labels that occur once, in alphabetical order, capital letters first. An extent
     * of 1 broadcasts to any other of its label. The result may be a view, also of an operand.
     * Gradients flow to all floating operands.
     *
     * <pre>{@code
     * Einsum.einsum("bhqd,bhkd->bhqk", queries, keys) // scores of attention, a batch of products
     * Einsum.einsum("...ij,...jk", a, b)              // a batched product
     * Einsum.einsum("ii", a)                          // a trace
     * }</pre>
     *
     * @param operands at least one; on one device and of one type, not BOOL
     * @throws ShapeException where the equation is none, or does not fit the operands
     * @throws IllegalArgumentException where operands are on two devices
     */
    public static Tensor einsum(String equation, Tensor... operands) {
        if (operands.length == 0) {
            throw new ShapeException("einsum: '%s' needs an operand".formatted(equation));
        }
        for (Tensor x : operands) {
            Elementwise.sameType("einsum", operands[0], x);
            Elementwise.requireArithmetic("einsum", x);
        }
        List<Shape> shapes = Arrays.stream(operands).map(Tensor::shape).toList();
        Einsum sum = new Einsum(new Equation(equation, shapes));
        List<Tensor> all = List.of(operands);
        return all.getFirst().device().compute(() -> sum.of(all));
    }

    /** A tensor with a label for each axis, no two of them equal. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Term(Tensor x, int[] labels) {
        long bits() {
            return Einsum.bits(labels);
        }

        int axis(int label) {
            int axis = 0;
            while (labels[axis] != label) {
                axis++;
            }
            return axis;
        }

        int[] those(long within) {
            return Arrays.stream(labels).filter(label -> (within >>> label & 1) == 1).toArray();
        }

        /** With its axes in the order of these labels. */
        Tensor ordered(int[]... groups) {
            return x.permute(Arrays.stream(joined(groups)).map(this::axis).toArray());
        }

        /** The extents of these labels. */
        long[] extents(int[] some) {
            return Arrays.stream(some).mapToLong(label -> x.dim(axis(label))).toArray();
        }
    }

    private static long bits(int[] labels) {
        return Arrays.stream(labels).mapToLong(label -> 1L << label).reduce(0, (a, b) -> a | b);
    }

    private Tensor of(List<Tensor> operands) {
        List<@Nullable Term> terms = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            terms.add(simplified(operands.get(i), equation.terms().get(i)));
        }
        double[] extents = new double[Long.SIZE];
        Arrays.setAll(extents, equation::extent);
        long[] labels = terms.stream().mapToLong(Einsum::bits).toArray();
        for (ContractionOrder.Step step : ContractionOrder.of(labels, output, extents)) {
            Term a = Objects.requireNonNull(terms.set(step.a(), null));
            Term b = Objects.requireNonNull(terms.set(step.b(), null));
            long kept = terms.stream().mapToLong(Einsum::bits).reduce(output, (x, y) -> x | y);
            terms.add(contracted(a, b, kept));
        }
        return summed(Objects.requireNonNull(terms.getLast()), output).ordered(equation.output());
    }

    private static long bits(@Nullable Term term) {
        return term == null ? 0 : bits(term.labels);
    }

    /** With diagonals for labels that occur twice, and without axes that only broadcast. */
    @SuppressWarnings("ListRemoveAmbiguous") // by their places
    private Term simplified(Tensor operand, int[] names) {
        Tensor x = operand;
        List<Integer> labels = new ArrayList<>(Arrays.stream(names).boxed().toList());
        for (int axis = 0; axis < labels.size(); axis++) {
            int label = labels.get(axis);
            int last = labels.lastIndexOf(label);
            if (last > axis) {
                x = x.diagonal(0, axis, last);
                drop(labels, last);
                drop(labels, axis);
                labels.add(label);
                axis--;
            } else if (x.dim(axis) != equation.extent(label)) {
                x = x.squeeze(axis);
                drop(labels, axis);
                axis--;
            }
        }
        return new Term(x, labels.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Takes out the label at an index, which is a number like the labels. */
    private static void drop(List<Integer> labels, int index) {
        labels.subList(index, index + 1).clear();
    }

    /** The sum over the labels that are not kept. */
    private static Term summed(Term term, long kept) {
        int[] rest = term.those(kept);
        if (rest.length == term.labels.length) {
            return term;
        }
        int[] axes = Arrays.stream(term.those(~kept)).map(term::axis).toArray();
        return new Term(term.x.sum(axes), rest);
    }

    /** The product of two terms, summed over the labels that are not kept. */
    private Term contracted(Term first, Term second, long kept) {
        Term one = summed(first, kept | second.bits());
        Term other = summed(second, kept | first.bits());
        // The result's last label comes from the right: then a product of matrices has it last.
        int[] named = equation.output();
        long last = named.length == 0 ? 0 : 1L << named[named.length - 1];
        boolean turned = (one.bits() & ~other.bits() & last) != 0;
        Term a = turned ? other : one;
        Term b = turned ? one : other;
        long shared = a.bits() & b.bits();
        boolean outer = a.bits() != shared || b.bits() != shared;
        return a.x.dtype().isFloating() && outer && (shared & ~kept) != 0
                ? product(a, b, a.those(shared & kept), a.those(shared & ~kept))
                : elementwise(a, b, shared & ~kept);
    }

    /** A product of matrices for each index of the batch. */
    private static Term product(Term a, Term b, int[] batch, int[] sum) {
        int[] rows = a.those(~b.bits());
        int[] columns = b.those(~a.bits());
        long[] batches = a.extents(batch);
        long m = size(a.extents(rows));
        long n = size(b.extents(columns));
        long k = size(a.extents(sum));
        Tensor left = Layout.regrouped(a.ordered(batch, rows, sum), shape(batches, m, k));
        Tensor right = Layout.regrouped(b.ordered(batch, sum, columns), shape(batches, k, n));
        int[] labels = joined(batch, rows, columns);
        long[] dims =
                Stream.of(batches, a.extents(rows), b.extents(columns))
                        .flatMapToLong(Arrays::stream)
                        .toArray();
        return new Term(left.matmul(right).reshape(dims), labels);
    }

    /** Elements times elements, with the labels of the result first, in its order. */
    private Term elementwise(Term a, Term b, long sum) {
        int[] named =
                Arrays.stream(equation.output())
                        .filter(label -> ((a.bits() | b.bits()) >>> label & 1) == 1)
                        .toArray();
        long rest = (a.bits() | b.bits()) & ~bits(named) & ~sum;
        int[] kept = joined(named, a.those(rest), b.those(rest & ~a.bits()));
        int[] all = joined(kept, a.those(sum));
        Tensor product = aligned(a, all).mul(aligned(b, all));
        int[] axes = IntStream.range(kept.length, all.length).toArray();
        return new Term(axes.length == 0 ? product : product.sum(axes), kept);
    }

    /** With an axis for each of these labels, of extent 1 where the term does not have it. */
    private static Tensor aligned(Term term, int[] all) {
        int[] own = Arrays.stream(all).filter(label -> (term.bits() >>> label & 1) == 1).toArray();
        long[] dims =
                Arrays.stream(all)
                        .mapToLong(
                                label ->
                                        (term.bits() >>> label & 1) == 1
                                                ? term.x.dim(term.axis(label))
                                                : 1)
                        .toArray();
        return Layout.withUnitAxes(term.ordered(own), Shape.of(dims));
    }

    private static int[] joined(int[]... groups) {
        return Arrays.stream(groups).flatMapToInt(Arrays::stream).toArray();
    }

    private static long size(long[] extents) {
        return Arrays.stream(extents).reduce(1, (x, y) -> x * y);
    }

    private static Shape shape(long[] batch, long rows, long columns) {
        long[] dims = Arrays.copyOf(batch, batch.length + 2);
        dims[batch.length] = rows;
        dims[batch.length + 1] = columns;
        return Shape.of(dims);
    }
}

package dev.weft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An equation of {@link Einsum}, read for operands of known shapes. Labels are numbers below 64:
 * letters, and behind them the axes for which an ellipsis stands.
 */
final class Equation {
    private static final int LETTERS = 52;
    private static final String ELLIPSIS = "...";

    private final String text;
    private final List<Shape> shapes;
    private final int ellipsis;
    private final List<int[]> terms = new ArrayList<>();
    private final int[] output;
    private final long[] extents = new long[Long.SIZE];

    /**
     * Reads it.
     *
     * @throws ShapeException where it is none, or does not fit the shapes
     */
    Equation(String text, List<Shape> shapes) {
        this.text = text;
        this.shapes = shapes;
        String[] sides = text.replace(" ", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        if (sides.length > 2) {
            throw wrong("it has more than one ->");
        }
        if (inputs.length != shapes.size()) {
            throw wrong("it names %d operands, not %d".formatted(inputs.length, shapes.size()));
        }
        int most = 0;
        for (int i = 0; i < inputs.length; i++) {
            most = Math.max(most, unnamed(inputs[i], shapes.get(i)));
        }
        ellipsis = most;
        if (ellipsis > Long.SIZE - LETTERS) {
            throw wrong("... stands for more than %d axes".formatted(Long.SIZE - LETTERS));
        }
        Arrays.fill(extents, -1);
        for (int i = 0; i < inputs.length; i++) {
            terms.add(labels(inputs[i], unnamed(inputs[i], shapes.get(i))));
            measure(terms.getLast(), shapes.get(i));
        }
        output = sides.length == 2 ? named(sides[1]) : implied(sides[0]);
    }

    /** The labels of each operand's axes. */
    List<int[]> terms() {
        return terms;
    }

    /** The labels of the result's axes. */
    int[] output() {
        return output;
    }

    /** The extent of a label, to which an extent of 1 broadcasts; -1 where no operand has it. */
    long extent(int label) {
        return extents[label];
    }

    private ShapeException wrong(String why) {
        return new ShapeException(
                "einsum: '%s' does not fit operands of %s: %s"
                        .formatted(
                                text,
                                shapes.stream()
                                        .map(Shape::toString)
                                        .collect(Collectors.joining(", ")),
                                why));
    }

    /** For how many axes a term's ellipsis stands. */
    private int unnamed(String term, Shape shape) {
        int named = term.replace(ELLIPSIS, "").length();
        int rest = shape.rank() - named;
        if (rest < 0 || (rest > 0 && !term.contains(ELLIPSIS))) {
            throw wrong("'%s' names %d axes of %s".formatted(term, named, shape));
        }
        return rest;
    }

    /** Labels of a term, whose ellipsis has the last {@code axes} of all that there are. */
    private int[] labels(String term, int axes) {
        List<Integer> labels = new ArrayList<>();
        boolean seen = false;
        for (int i = 0; i < term.length(); i++) {
            if (term.startsWith(ELLIPSIS, i) && !seen) {
                for (int axis = ellipsis - axes; axis < ellipsis; axis++) {
                    labels.add(LETTERS + axis);
                }
                i += ELLIPSIS.length() - 1;
                seen = true;
            } else {
                labels.add(label(term.charAt(i)));
            }
        }
        return labels.stream().mapToInt(Integer::intValue).toArray();
    }

    private int label(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + LETTERS / 2;
        }
        throw wrong("'%s' is no label: use letters, and ... once in a term".formatted(c));
    }

    private static String name(int label) {
        char letter = (char) (label < LETTERS / 2 ? 'A' + label : 'a' + label - LETTERS / 2);
        return label < LETTERS ? String.valueOf(letter) : ELLIPSIS;
    }

    private void measure(int[] labels, Shape shape) {
        for (int axis = 0; axis < labels.length; axis++) {
            int label = labels[axis];
            long extent = shape.dim(axis);
            boolean twice = false;
            for (int before = 0; before < axis; before++) {
                twice |= labels[before] == label && shape.dim(before) != extent;
            }
            boolean known = extents[label] > 1 || extents[label] == 0;
            if (twice || (known && extent != 1 && extents[label] != extent)) {
                throw wrong(
                        "label %s has extents %d and %d"
                                .formatted(name(label), extents[label], extent));
            }
            if (extents[label] == -1 || extents[label] == 1) {
                extents[label] = extent;
            }
        }
    }

    private int[] named(String term) {
        int[] labels = labels(term, ellipsis);
        for (int i = 0; i < labels.length; i++) {
            int label = labels[i];
            if (extents[label] < 0) {
                throw wrong("no operand has label %s of the result".formatted(name(label)));
            }
            if (Arrays.stream(labels, 0, i).anyMatch(before -> before == label)) {
                throw wrong("the result has label %s twice".formatted(name(label)));
            }
        }
        return labels;
    }

    /** Without an arrow: the ellipsis, and the labels that occur once, in alphabetical order. */
    private int[] implied(String inputs) {
        String once =
                IntStream.range(0, LETTERS)
                        .mapToObj(Equation::name)
                        .filter(
                                name ->
                                        inputs.indexOf(name) >= 0
                                                && inputs.indexOf(name) == inputs.lastIndexOf(name))
                        .collect(Collectors.joining());
        return labels(ELLIPSIS + once, ellipsis);
    }
}

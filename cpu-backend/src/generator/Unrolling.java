import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a class of a template, which is Java with three additions, found by the formatter's
 * indentation:
 *
 * <ul>
 *   <li>{@code // each rows, vectors: 5 4; 2 1} repeats what follows, up to and with the next
 *       closing brace at its own indentation, for each of these groups of words: {@code $rows} is 5
 *       in the first, inside of names as well. The groups may go on in comments below. A word
 *       of several, 8,4,2, can be the groups of an inner repetition.
 *   <li>{@code for (int i = 0; i < $rows; i++) { // unrolled} repeats its body, with {@code $i} as
 *       the number. What the body declares is known after the loop.
 *   <li>{@code int j = $i / 2 + 1; // unrolled} is such a number, calculated from left to right.
 * </ul>
 *
 * <p>Products with 0 and 1 are left out of sums.
 */
class Unrolling {
    private static final Pattern EACH = Pattern.compile("( *)// each ([\\w, ]+): (.*)");

    private static final Pattern LOOP =
            Pattern.compile(
                    "( *)for \\(int (\\w+) = 0; \\2 < ([^;]+); \\2\\+\\+\\) \\{ // unrolled");

    private static final Pattern NUMBER = Pattern.compile(" *int (\\w+) = (.*); // unrolled");

    private static final Comparator<String> LONGEST_FIRST =
            Comparator.comparing(String::length).reversed();

    private final List<String> result = new ArrayList<>();

    private Unrolling() {}

    static List<String> of(List<String> template) {
        Unrolling unrolling = new Unrolling();
        unrolling.add(template, Map.of());
        return unrolling.result;
    }

    private void add(List<String> lines, Map<String, String> outer) {
        Map<String, String> words = new HashMap<>(outer);
        for (int at = 0; at < lines.size(); at++) {
            String line = replaced(lines.get(at), words);
            Matcher each = EACH.matcher(line);
            Matcher loop = LOOP.matcher(line);
            Matcher number = NUMBER.matcher(line);
            if (each.matches()) {
                String groups = each.group(3);
                while (lines.get(at + 1).startsWith(each.group(1) + "// ")) {
                    at++;
                    groups += lines.get(at).replaceFirst(" *//", "");
                }
                int end = end(lines, at, each.group(1));
                for (String group : groups.split(groups.contains(";") ? "; " : ",")) {
                    String[] values = group.split(" ");
                    add(lines.subList(at + 1, end + 1), with(words, each.group(2), values));
                }
                at = end;
            } else if (loop.matches()) {
                int end = end(lines, at, loop.group(1));
                List<String> body =
                        lines.subList(at + 1, end).stream()
                                .map(inner -> inner.replaceFirst("^    ", ""))
                                .toList();
                for (int i = 0; i < calculated(loop.group(3)); i++) {
                    add(body, with(words, loop.group(2), String.valueOf(i)));
                }
                at = end;
            } else if (number.matches()) {
                words.put(number.group(1), String.valueOf(calculated(number.group(2))));
            } else {
                result.add(line);
            }
        }
    }

    private static int end(List<String> lines, int from, String indentation) {
        for (int at = from + 1; at < lines.size(); at++) {
            if (lines.get(at).equals(indentation + "}")) {
                return at;
            }
        }
        throw new IllegalArgumentException("no end of '%s'".formatted(lines.get(from).strip()));
    }

    private static Map<String, String> with(
            Map<String, String> words, String names, String... values) {
        Map<String, String> more = new HashMap<>(words);
        String[] each = names.split(", ");
        for (int i = 0; i < each.length; i++) {
            more.put(each[i], values[i]);
        }
        return more;
    }

    private static int calculated(String expression) {
        String[] parts = expression.split(" ");
        int value = Integer.parseInt(parts[0]);
        for (int i = 1; i < parts.length; i += 2) {
            int operand = Integer.parseInt(parts[i + 1]);
            value =
                    switch (parts[i]) {
                        case "+" -> value + operand;
                        case "*" -> value * operand;
                        case "/" -> value / operand;
                        default -> throw new IllegalArgumentException(expression);
                    };
        }
        return value;
    }

    private static String replaced(String line, Map<String, String> words) {
        String text = line;
        for (String name : words.keySet().stream().sorted(LONGEST_FIRST).toList()) {
            text = text.replace("$" + name, words.get(name));
        }
        return text.replaceAll(" \\+ 0 \\* \\w+", "").replaceAll("\\b1 \\* ", "");
    }
}

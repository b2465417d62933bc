package dev.weft.cli;

import dev.weft.metrics.Spread;
import dev.weft.nn.Task;
import dev.weft.train.Evaluation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of a test that people look at first, as text. */
final class Headline {
    private Headline() {}

    private static List<String> first(Task task) {
        return switch (task) {
            case CLASSES, BINARY -> List.of("accuracy", "macro_f1", "log_loss");
            case LABELS -> List.of("accuracy", "macro_f1", "hamming_loss");
            case REGRESSION -> List.of("r2", "mae", "rmse");
            case TOKENS -> List.of(TextSet.BITS, "accuracy");
        };
    }

    /** Such as {@code loss 1.2345}; of texts in bits too. */
    static String loss(Task task, double loss) {
        String nats = "loss %.4f".formatted(loss);
        return task == Task.TOKENS
                ? "%s (%.4f bits a character)".formatted(nats, loss / Math.log(2))
                : nats;
    }

    /** Such as {@code accuracy 0.9512, macro_f1 0.9471, log_loss 0.1432}. */
    static String text(Task task, Evaluation evaluation) {
        Map<String, Double> figures = evaluation.figures();
        return first(task).stream()
                .filter(figures::containsKey)
                .map(name -> "%s %.4f".formatted(name, figures.get(name)))
                .collect(Collectors.joining(", "));
    }

    /** Means and deviations over folds. */
    static String text(Task task, Map<String, Spread> spreads) {
        return spreads.entrySet().stream()
                .filter(figure -> first(task).contains(figure.getKey()))
                .map(figure -> text(figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String text(String name, Spread spread) {
        return String.format(
                Locale.ROOT, "%s %.4f ± %.4f", name, spread.mean(), spread.deviation());
    }
}

package dev.weft.cli;

import dev.weft.backend.DeviceInfo;
import dev.weft.backend.Penalty;
import dev.weft.data.table.CleaningReport;
import dev.weft.metrics.Classification;
import dev.weft.metrics.MultiLabel;
import dev.weft.nn.Task;
import dev.weft.report.Block;
import dev.weft.report.History;
import dev.weft.report.HtmlReport;
import dev.weft.report.Report;
import dev.weft.report.Results;
import dev.weft.train.Evaluation;
import dev.weft.train.Meter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run, or a test, as a page that needs nothing beside it. */
final class RunPage {
    private final List<Report.Section> sections = new ArrayList<>();
    private final String title;

    RunPage(String title) {
        this.title = title;
    }

    /** What was found in the data and done about it. */
    RunPage data(Problem problem) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("from", problem.description());
        facts.put("examples to train", "%,d".formatted(problem.trainingSize()));
        facts.put("examples to test", "%,d".formatted(problem.testSize()));
        facts.put("what is learnt", problem.task().name().toLowerCase(Locale.ROOT));
        if (!problem.classes().isEmpty()) {
            facts.put("classes", String.join(", ", problem.classes()));
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Facts(facts));
        CleaningReport cleaning = problem.cleaning();
        if (cleaning != null) {
            blocks.addAll(Results.of(cleaning));
        }
        return add("Data", blocks);
    }

    RunPage model(String summary) {
        return add("Model", List.of(new Block.Listing(summary)));
    }

    RunPage training(History history) {
        return add("Training", history.charts());
    }

    RunPage folds(List<Evaluation> folds) {
        if (folds.isEmpty()) {
            return this;
        }
        return add(
                "Cross-validation",
                List.of(
                        new Block.Text(
                                "Of %d folds, each tested on examples that it was not trained on."
                                        .formatted(folds.size())),
                        Results.of(RunReport.crossValidation(folds))));
    }

    /** The figures and diagrams of a test. */
    RunPage test(@Nullable Evaluation evaluation, TestSet tested) throws IOException {
        if (evaluation == null) {
            return this;
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(Results.facts(Map.of("loss", evaluation.loss())));
        Meter meter = evaluation.meter();
        Classification classes = meter.classification().orElse(null);
        MultiLabel labels = meter.multiLabel().orElse(null);
        if (classes != null) {
            blocks.addAll(Results.of(classes, tested.classes()));
        } else if (labels != null) {
            blocks.addAll(Results.of(labels, tested.classes()));
        } else if (tested.task() == Task.TOKENS) {
            blocks.add(Results.facts(meter.figures()));
        } else if (meter instanceof TestRecord record) {
            blocks.addAll(
                    Results.of(meter, tested.targetName(), record.predicted(), record.actual()));
        }
        add("Test", blocks);
        return meter instanceof TestRecord record ? mistakes(record, tested) : this;
    }

    private RunPage mistakes(TestRecord record, TestSet tested) throws IOException {
        List<Block.Mistake> cards = new ArrayList<>();
        List<TestRecord.Miss> worst = record.worst();
        List<Map<String, String>> rows =
                tested.rows(worst.stream().map(TestRecord.Miss::example).toList());
        for (int i = 0; i < worst.size(); i++) {
            TestRecord.Miss miss = worst.get(i);
            cards.add(
                    new Block.Mistake(miss.caption(), tested.picture(miss.example()), rows.get(i)));
        }
        return cards.isEmpty() ? this : add("Worst mistakes", List.of(new Block.Mistakes(cards)));
    }

    RunPage settings(
            TrainOptions options, DeviceInfo device, Decision decision, String parametersSha256) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("weft", Main.Version.text());
        facts.put("java", System.getProperty("java.version", ""));
        facts.put("device", device.selector() + ", " + device.description());
        facts.put("model", options.model());
        facts.put("optimizer", options.optimizer.kind().label());
        facts.put("learning rate", Double.toString(options.optimizer.learningRate()));
        Penalty penalty = options.optimizer.penalty();
        facts.put(
                "penalty",
                "l1 %s, l2 %s, decay %s"
                        .formatted(penalty.l1(), penalty.l2(), penalty.weightDecay()));
        facts.put("schedule", options.optimizer.schedule().text());
        facts.put("batch", Integer.toString(options.batch()));
        facts.put("epochs", Integer.toString(options.epochs()));
        facts.put("dropout", Double.toString(options.dropout));
        facts.put("seed", Long.toString(options.seed));
        facts.putAll(options.choices());
        if (!decision.thresholds().isEmpty()) {
            facts.put("thresholds", decision.text());
        }
        facts.put("SHA-256 of the parameters", parametersSha256);
        return add("Settings", List.of(new Block.Facts(facts)));
    }

    private RunPage add(String name, List<Block> blocks) {
        sections.add(new Report.Section(name, blocks));
        return this;
    }

    void write(Path path, String summary) throws IOException {
        HtmlReport.write(new Report(title, summary, sections), path);
    }
}

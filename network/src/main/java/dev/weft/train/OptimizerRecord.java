package dev.weft.train;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.io.FormatException;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** An optimizer's kind and settings as metadata, and what they say on the way back. */
final class OptimizerRecord {
    static final String KIND = "optimizer";
    static final String STEPS = "optimizer.steps";
    private static final String LR = "optimizer.lr";
    private static final String L1 = "optimizer.l1";
    private static final String L2 = "optimizer.l2";
    private static final String WEIGHT_DECAY = "optimizer.weight_decay";

    private OptimizerRecord() {}

    /** Kind, learning rate, penalties and the rule's constants: all but the number of steps. */
    static Map<String, String> settings(Optimizer optimizer) {
        UpdateRule rule = optimizer.rule();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(KIND, optimizer.kind().label());
        settings.put(LR, Double.toString(optimizer.lr()));
        settings.put(L1, Double.toString(rule.penalty().l1()));
        settings.put(L2, Double.toString(rule.penalty().l2()));
        settings.put(WEIGHT_DECAY, Double.toString(rule.penalty().weightDecay()));
        for (RecordComponent constant : rule.getClass().getRecordComponents()) {
            if (constant.getType().isPrimitive()) {
                settings.put(KIND + "." + constant.getName(), value(rule, constant));
            }
        }
        return settings;
    }

    private static String value(UpdateRule rule, RecordComponent constant) {
        try {
            return constant.getAccessor().invoke(rule).toString();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(rule + " does not tell " + constant, e);
        }
    }

    /** An optimizer of the saved kind and settings, without its state. */
    static Optimizer create(Checkpoint checkpoint, Network network) throws FormatException {
        OptimizerKind kind;
        try {
            kind = OptimizerKind.named(checkpoint.required(KIND));
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(KIND, "is none that Weft knows");
        }
        double lr = checkpoint.requiredNumber(LR);
        double l1 = checkpoint.requiredNumber(L1);
        double l2 = checkpoint.requiredNumber(L2);
        double weightDecay = checkpoint.requiredNumber(WEIGHT_DECAY);
        try {
            return new Optimizer(network.parameters(), kind, lr, new Penalty(l1, l2, weightDecay));
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(KIND, "has settings that make no sense: " + e.getMessage());
        }
    }

    /**
     * Makes sure that an optimizer goes on as the saved one would.
     *
     * @throws FormatException naming the first setting that differs
     */
    static void check(Checkpoint checkpoint, Optimizer optimizer) throws FormatException {
        for (Map.Entry<String, String> setting : settings(optimizer).entrySet()) {
            String saved = checkpoint.required(setting.getKey());
            if (!saved.equals(setting.getValue())) {
                throw new FormatException(
                        "%s: was trained with %s %s, and goes on only with the same, not with %s"
                                .formatted(
                                        checkpoint.path(),
                                        setting.getKey().replace("optimizer.", ""),
                                        saved,
                                        setting.getValue()));
            }
        }
    }
}

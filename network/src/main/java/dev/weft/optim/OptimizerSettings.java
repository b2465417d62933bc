package dev.weft.optim;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * An optimizer's settings. They begin as a kind's defaults, which are PyTorch's, and each is
 * changed by its name there:
 *
 * <pre>{@code
 * OptimizerSettings settings = OptimizerKind.ADAMW.settings().lr(3e-4).betas(0.9, 0.95).weightDecay(0.1);
 * }</pre>
 *
 * <p>A setting that the kind does not have is refused. PyTorch's {@code weight_decay} is {@link
 * #l2} here, but for AdamW (and Lion), where it is {@link #weightDecay}.
 *
 * @param kind which optimizer
 * @param lr the learning rate, finite and above 0
 * @param rule the constants and the penalty
 */
public record OptimizerSettings(OptimizerKind kind, double lr, UpdateRule rule) {
    private static final String KIND = "optimizer";
    private static final String LR = "lr";
    private static final String L1 = "l1";
    private static final String L2 = "l2";
    private static final String WEIGHT_DECAY = "weight_decay";

    /** Checks the learning rate. */
    public OptimizerSettings {
        if (!(lr > 0 && Float.isFinite((float) lr))) {
            throw new IllegalArgumentException("lr must be a finite number above 0, got " + lr);
        }
        if ((float) lr < Float.MIN_NORMAL) {
            throw new IllegalArgumentException(
                    "lr must be at least %s, below which F32 has no full precision, got %s"
                            .formatted(Float.MIN_NORMAL, lr));
        }
    }

    /** The learning rate. */
    public OptimizerSettings lr(double newLr) {
        return new OptimizerSettings(kind, newLr, rule);
    }

    /** All penalties. */
    public OptimizerSettings penalty(Penalty penalty) {
        return new OptimizerSettings(kind, lr, changed(Map.of(), penalty));
    }

    /** {@link Penalty#l1}. */
    public OptimizerSettings l1(double weight) {
        Penalty old = rule.penalty();
        return penalty(new Penalty(weight, old.l2(), old.weightDecay()));
    }

    /** {@link Penalty#l2}. */
    public OptimizerSettings l2(double weight) {
        Penalty old = rule.penalty();
        return penalty(new Penalty(old.l1(), weight, old.weightDecay()));
    }

    /** {@link Penalty#weightDecay}, apart from the gradient. */
    public OptimizerSettings weightDecay(double weight) {
        Penalty old = rule.penalty();
        return penalty(new Penalty(old.l1(), old.l2(), weight));
    }

    /** How much of their averages Adam's relatives and Lion keep. */
    public OptimizerSettings betas(double beta1, double beta2) {
        return changed(Map.of("beta1", beta1, "beta2", beta2));
    }

    /** What is added to a root that is divided by. */
    public OptimizerSettings eps(double eps) {
        return changed(Map.of("eps", eps));
    }

    /** Of the SGD family and RMSprop. */
    public OptimizerSettings momentum(double momentum) {
        return changed(Map.of("momentum", momentum));
    }

    /** Of the SGD family. */
    public OptimizerSettings dampening(double dampening) {
        return changed(Map.of("dampening", dampening));
    }

    /** Of the SGD family. */
    public OptimizerSettings nesterov(boolean nesterov) {
        return changed(Map.of("nesterov", nesterov));
    }

    /** How much of its average RMSprop keeps. */
    public OptimizerSettings alpha(double alpha) {
        return changed(Map.of("alpha", alpha));
    }

    /** Whether RMSprop divides by the deviation around the mean. */
    public OptimizerSettings centered(boolean centered) {
        return changed(Map.of("centered", centered));
    }

    /** Whether Adam divides by the largest average so far. */
    public OptimizerSettings amsgrad(boolean amsgrad) {
        return changed(Map.of("amsgrad", amsgrad));
    }

    /** How much of its averages Adadelta keeps. */
    public OptimizerSettings rho(double rho) {
        return changed(Map.of("rho", rho));
    }

    /** How Adagrad's rate goes down. */
    public OptimizerSettings lrDecay(double decay) {
        return changed(Map.of("lr_decay", decay));
    }

    /** What Adagrad's sums begin with. */
    public OptimizerSettings initialAccumulatorValue(double value) {
        return changed(Map.of("initial_accumulator_value", value));
    }

    /** How NAdam's momentum comes to beta1. */
    public OptimizerSettings momentumDecay(double decay) {
        return changed(Map.of("momentum_decay", decay));
    }

    /** Whether steps go up the gradient. */
    public OptimizerSettings maximize(boolean maximize) {
        return changed(Map.of("maximize", maximize));
    }

    /**
     * One setting by its name: {@code lr}, {@code l1}, {@code l2}, {@code weight_decay}, {@code
     * beta1}, {@code beta2}, and the others by PyTorch's names.
     *
     * @throws IllegalArgumentException where the optimizer has no such setting, naming those that
     *     it has, or where the value is out of range
     */
    public OptimizerSettings with(String name, String value) {
        return switch (name) {
            case LR -> lr(number(name, value));
            case L1 -> l1(number(name, value));
            case L2 -> l2(number(name, value));
            case WEIGHT_DECAY -> weightDecay(number(name, value));
            default -> {
                Object old = requireKnown(name);
                yield changed(
                        Map.of(
                                name,
                                old instanceof Boolean
                                        ? (Object) truth(name, value)
                                        : number(name, value)));
            }
        };
    }

    private static double number(String name, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a number, got '%s'".formatted(name, value), e);
        }
    }

    private static boolean truth(String name, String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(
                    "%s must be true or false, got '%s'".formatted(name, value));
        }
        return value.equals("true");
    }

    /** Every setting by its name, the kind's as {@code optimizer}. */
    public Map<String, String> toMap() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(KIND, kind.label());
        all.put(LR, Double.toString(lr));
        all.put(L1, Double.toString(rule.penalty().l1()));
        all.put(L2, Double.toString(rule.penalty().l2()));
        all.put(WEIGHT_DECAY, Double.toString(rule.penalty().weightDecay()));
        values().forEach((name, value) -> all.put(name, value.toString()));
        return all;
    }

    /**
     * What {@link #toMap} gave; what is missing is as by default.
     *
     * @throws IllegalArgumentException where there is no kind, or a setting makes no sense
     */
    public static OptimizerSettings of(Map<String, String> map) {
        String kind = map.get(KIND);
        if (kind == null) {
            throw new IllegalArgumentException("there is no optimizer among " + map.keySet());
        }
        OptimizerSettings settings = OptimizerKind.named(kind).settings();
        for (Map.Entry<String, String> each : map.entrySet()) {
            if (!each.getKey().equals(KIND)) {
                settings = settings.with(each.getKey(), each.getValue());
            }
        }
        return settings;
    }

    private OptimizerSettings changed(Map<String, ? extends Object> changes) {
        return new OptimizerSettings(kind, lr, changed(changes, rule.penalty()));
    }

    /** The rule with other constants. */
    private UpdateRule changed(Map<String, ? extends Object> changes, Penalty penalty) {
        Map<String, Object> values = values();
        changes.keySet().forEach(this::requireKnown);
        values.putAll(changes);
        RecordComponent[] components = rule.getClass().getRecordComponents();
        Object[] arguments =
                Arrays.stream(components)
                        .map(
                                each ->
                                        each.getType() == Penalty.class
                                                ? penalty
                                                : Objects.requireNonNull(values.get(name(each))))
                        .toArray();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return rule.getClass().getConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw wrong;
            }
            throw new IllegalStateException(rule + " cannot be changed", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(rule + " cannot be changed", e);
        }
    }

    /** What a setting is now. */
    private Object requireKnown(String name) {
        Map<String, Object> values = values();
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "%s has no setting '%s': it has lr, l1, l2, weight_decay, %s"
                            .formatted(
                                    kind.label(),
                                    name,
                                    String.join(", ", new TreeSet<>(values.keySet()))));
        }
        return value;
    }

    /** The rule's constants, but for the penalty. */
    private Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent each : rule.getClass().getRecordComponents()) {
            if (each.getType() != Penalty.class) {
                try {
                    values.put(name(each), each.getAccessor().invoke(rule));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(rule + " does not tell " + each, e);
                }
            }
        }
        return values;
    }

    /** As PyTorch writes it: words joined by '_'. */
    private static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}

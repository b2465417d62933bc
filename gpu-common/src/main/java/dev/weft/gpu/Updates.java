package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Optimizers' updates and dropout's masks, in one type: the kernels that keep a state on the
 * device.
 */
final class Updates {
    private static final int WORDS_OF_A_BLOCK = 4;

    private final Launcher launcher;
    private final IndexFaults faults;
    private final DType dtype;
    private final Map<String, Kernel> rules = new HashMap<>();
    private final Kernel countUnfit;
    private final Kernel dropoutMask;

    Updates(Launcher launcher, IndexFaults faults, DType dtype) {
        this.launcher = launcher;
        this.faults = faults;
        this.dtype = dtype;
        for (String name : KernelFile.UPDATE.kernels(dtype)) {
            rules.put(name, launcher.together(KernelFile.UPDATE, dtype, name));
        }
        countUnfit = launcher.together(KernelFile.REDUCE, dtype, "count_unfit");
        dropoutMask = launcher.together(KernelFile.DROPOUT, dtype, "dropout_mask");
    }

    void update(KernelCall.Update call) {
        UpdateRule rule = call.rule();
        Penalty penalty = rule.penalty();
        View p = call.p();
        Arguments a = launcher.begin().i64(p.size());
        settings(a, call.control(), call.steps());
        Launcher.dense(a, call.halt(), 0);
        a.memory(faults.memory()).memory(launcher.finished());
        a.i32(rule.maximize() ? 1 : 0);
        numbers(a, penalty.l1(), penalty.l2(), penalty.weightDecay());
        Launcher.dense(a, p, 0);
        Launcher.dense(a, call.g(), 0);
        String name = rule(a, rule, call.states());
        Kernel kernel = Objects.requireNonNull(rules.get(name), name);
        // Without parameters the step still counts.
        launcher.spans(kernel, Math.max(p.size(), 1));
    }

    /** Adds what the rule's kernel takes besides, and returns the kernel's name. */
    private String rule(Arguments a, UpdateRule rule, List<View> states) {
        if (!(rule instanceof UpdateRule.RmsProp)) {
            states.forEach(state -> Launcher.dense(a, state, 0));
        }
        return switch (rule) {
            case UpdateRule.Sgd sgd when states.isEmpty() -> "sgd";
            case UpdateRule.Sgd sgd -> {
                numbers(a, sgd.momentum(), 1 - sgd.dampening());
                a.i32(sgd.nesterov() ? 1 : 0);
                yield "sgd_momentum";
            }
            case UpdateRule.Adam adam -> {
                betas(a, adam.beta1(), adam.beta2(), adam.eps());
                yield adam.amsgrad() ? "adam_amsgrad" : "adam";
            }
            case UpdateRule.NAdam nadam -> {
                betas(a, nadam.beta1(), nadam.beta2(), nadam.eps());
                numbers(a, nadam.lnDecay());
                a.i32(nadam.repeated() ? 1 : 0);
                yield "nadam";
            }
            case UpdateRule.RAdam radam -> {
                betas(a, radam.beta1(), radam.beta2(), radam.eps());
                double all = radam.longestLength();
                boolean rectifies = radam.everRectifies();
                numbers(a, rectifies ? all + 2 / Math.log(radam.beta2()) : 0);
                numbers(a, rectifies ? all / ((all - 4) * (all - 2)) : 0);
                yield "radam";
            }
            case UpdateRule.Adamax(var beta1, var beta2, var eps, var _, var _) -> {
                numbers(a, beta1, 1 - beta1, Math.log(beta1), beta2, eps);
                yield "adamax";
            }
            case UpdateRule.RmsProp rms -> rmsProp(a, rms, states);
            case UpdateRule.Adagrad adagrad -> {
                numbers(a, adagrad.lrDecay(), adagrad.eps());
                yield "adagrad";
            }
            case UpdateRule.Adadelta(var rho, var eps, var _, var _) -> {
                numbers(a, rho, 1 - rho, eps);
                yield "adadelta";
            }
            case UpdateRule.Lion(var beta1, var beta2, var _, var _) -> {
                numbers(a, beta1, 1 - beta1, beta2, 1 - beta2);
                yield "lion";
            }
        };
    }

    private String rmsProp(Arguments a, UpdateRule.RmsProp rms, List<View> states) {
        View v = states.getFirst();
        Launcher.dense(a, v, 0);
        boolean isPlain = states.size() == 1;
        if (!isPlain) {
            Launcher.dense(a, rms.momentum() != 0 ? states.get(1) : v, 0);
            Launcher.dense(a, rms.centered() ? states.getLast() : v, 0);
        }
        numbers(a, rms.alpha(), 1 - rms.alpha(), rms.eps());
        if (isPlain) {
            return "rms_prop";
        }
        numbers(a, rms.momentum());
        a.i32(rms.centered() ? 1 : 0);
        return "rms_prop_general";
    }

    private void betas(Arguments a, double beta1, double beta2, double eps) {
        numbers(a, beta1, 1 - beta1, Math.log(beta1));
        numbers(a, beta2, 1 - beta2, Math.log(beta2), eps);
    }

    /** The table of settings, how many rows it has, and what says which of them is next. */
    private static void settings(Arguments a, View control, View steps) {
        Launcher.dense(a, control, 0);
        a.i32(control.size() / 2);
        Launcher.dense(a, steps, 0);
    }

    private void numbers(Arguments a, double... values) {
        for (double value : values) {
            a.number(dtype, value);
        }
    }

    void countUnfit(KernelCall.CountUnfit call) {
        View loss = call.loss();
        View p = call.p();
        Arguments a = launcher.begin().i64(p.size());
        Launcher.dense(a, call.count(), 0);
        Launcher.dense(a, loss == null ? call.control() : loss, 0);
        a.i32(loss == null ? 0 : 1);
        settings(a, call.control(), call.steps());
        a.number(dtype, call.rule().penalty().l2());
        Launcher.dense(a, p, 0);
        Launcher.dense(a, call.g(), 0);
        // Without parameters there still is a loss.
        launcher.spans(countUnfit, Math.max(p.size(), 1));
    }

    void dropoutMask(double rate, View state, View mask) {
        if (mask.size() == 0) {
            return;
        }
        Arguments a =
                launcher.begin()
                        .i64(mask.size())
                        .i64(Math.round(rate * 0x1p32))
                        .number(dtype, 1 / (1 - rate));
        Launcher.dense(a, state, 0);
        a.memory(launcher.finished());
        Launcher.dense(a, mask, 0);
        launcher.spans(dropoutMask, Math.ceilDiv(mask.size(), (long) WORDS_OF_A_BLOCK));
    }
}

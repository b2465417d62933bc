package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Optimizers' updates and dropout's masks, in one type: the kernels that keep a state on the
 * device.
 */
final class Updates {
    private static final int WORDS_OF_A_BLOCK = 4;

    private final Launcher launcher;
    private final IndexFaults faults;
    private final DType dtype;
    private final Kernel sgd;
    private final Kernel sgdMomentum;
    private final Kernel adam;
    private final Kernel rmsProp;
    private final Kernel countUnfit;
    private final Kernel dropoutMask;

    Updates(Launcher launcher, IndexFaults faults, DType dtype) {
        this.launcher = launcher;
        this.faults = faults;
        this.dtype = dtype;
        sgd = launcher.together(KernelFile.UPDATE, dtype, "sgd");
        sgdMomentum = launcher.together(KernelFile.UPDATE, dtype, "sgd_momentum");
        adam = launcher.together(KernelFile.UPDATE, dtype, "adam");
        rmsProp = launcher.together(KernelFile.UPDATE, dtype, "rms_prop");
        countUnfit = launcher.together(KernelFile.REDUCE, dtype, "count_unfit");
        dropoutMask = launcher.together(KernelFile.DROPOUT, dtype, "dropout_mask");
    }

    void update(
            UpdateRule rule,
            View control,
            View steps,
            View halt,
            View p,
            View g,
            List<View> states) {
        Penalty penalty = rule.penalty();
        Arguments a = launcher.begin().i64(p.size());
        Launcher.dense(a, control, 0);
        Launcher.dense(a, steps, 0);
        Launcher.dense(a, halt, 0);
        a.memory(faults.memory()).memory(launcher.finished());
        numbers(a, penalty.l1(), penalty.l2(), penalty.weightDecay());
        Launcher.dense(a, p, 0);
        Launcher.dense(a, g, 0);
        for (View state : states) {
            Launcher.dense(a, state, 0);
        }
        Kernel kernel =
                switch (rule) {
                    case UpdateRule.Sgd(var momentum, var nesterov, var _) -> {
                        if (states.isEmpty()) {
                            yield sgd;
                        }
                        a.number(dtype, momentum).i32(nesterov ? 1 : 0);
                        yield sgdMomentum;
                    }
                    case UpdateRule.Adam(var beta1, var beta2, var eps, var _) -> {
                        numbers(a, beta1, 1 - beta1, Math.log(beta1));
                        numbers(a, beta2, 1 - beta2, Math.log(beta2), eps);
                        yield adam;
                    }
                    case UpdateRule.RmsProp(var alpha, var eps, var _) -> {
                        numbers(a, alpha, 1 - alpha, eps);
                        yield rmsProp;
                    }
                };
        // Without parameters the step still counts.
        launcher.spans(kernel, Math.max(p.size(), 1));
    }

    private void numbers(Arguments a, double... values) {
        for (double value : values) {
            a.number(dtype, value);
        }
    }

    void countUnfit(
            UpdateRule rule, View control, @Nullable View loss, View p, View g, View count) {
        Arguments a = launcher.begin().i64(p.size());
        Launcher.dense(a, count, 0);
        Launcher.dense(a, loss == null ? control : loss, 0);
        a.i32(loss == null ? 0 : 1);
        Launcher.dense(a, control, 0);
        a.number(dtype, rule.penalty().l2());
        Launcher.dense(a, p, 0);
        Launcher.dense(a, g, 0);
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

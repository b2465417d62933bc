package dev.weft.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.Map;

/** Every setting by its name, there and back. */
class OptimizerSettingsTest {
    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void settingsAreThoseOfTheRule() {
        Penalty all = new Penalty(0.1, 0.2, 0.3);
        assertEquals(
                new UpdateRule.Adam(0.8, 0.95, 1e-6, true, true, all),
                OptimizerKind.ADAM
                        .settings()
                        .betas(0.8, 0.95)
                        .eps(1e-6)
                        .amsgrad(true)
                        .maximize(true)
                        .l1(0.1)
                        .l2(0.2)
                        .weightDecay(0.3)
                        .rule());
        assertEquals(
                new UpdateRule.Sgd(0.5, 0.25, false, false, Penalty.NONE),
                OptimizerKind.SGD.settings().momentum(0.5).dampening(0.25).rule());
        assertEquals(
                new UpdateRule.Sgd(0.5, true, all),
                OptimizerKind.MOMENTUM.settings().momentum(0.5).nesterov(true).penalty(all).rule());
        assertEquals(
                new UpdateRule.RmsProp(0.5, 1e-8, 0.9, true, false, Penalty.NONE),
                OptimizerKind.RMSPROP.settings().alpha(0.5).momentum(0.9).centered(true).rule());
        assertEquals(
                new UpdateRule.Adagrad(0.5, 2, 1e-10, false, Penalty.NONE),
                OptimizerKind.ADAGRAD.settings().lrDecay(0.5).initialAccumulatorValue(2).rule());
        assertEquals(
                new UpdateRule.Adadelta(0.5, 1e-6, false, Penalty.NONE),
                OptimizerKind.ADADELTA.settings().rho(0.5).rule());
        assertEquals(
                new UpdateRule.NAdam(0.9, 0.999, 1e-8, 1, false, false, Penalty.NONE),
                OptimizerKind.NADAM.settings().momentumDecay(1).rule());
    }

    @Test
    void mapsGoThereAndBack() {
        for (OptimizerKind kind : OptimizerKind.values()) {
            OptimizerSettings settings = kind.settings().lr(0.125).maximize(true).l2(0.5);
            assertEquals(settings, OptimizerSettings.of(settings.toMap()));
            assertEquals(kind.settings(), OptimizerSettings.of(Map.of("optimizer", kind.label())));
        }
        assertEquals(
                "{optimizer=adagrad, lr=0.01, l1=0.0, l2=0.0, weight_decay=0.0, lr_decay=0.0,"
                        + " initial_accumulator_value=0.0, eps=1.0E-10, maximize=false}",
                OptimizerKind.ADAGRAD.settings().toMap().toString());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        OptimizerSettings lion = OptimizerKind.LION.settings();
        refused(
                "lion has no setting 'eps': it has lr, l1, l2, weight_decay, beta1, beta2,"
                        + " maximize",
                () -> lion.eps(0.1));
        refused("beta2 must be in [0, 1), in F32 too, got 1.0", () -> lion.betas(0.5, 1));
        refused("lr must be a finite number above 0, got NaN", () -> lion.lr(Double.NaN));
        refused("beta1 must be a number, got 'half'", () -> lion.with("beta1", "half"));
        refused("maximize must be true or false, got '1'", () -> lion.with("maximize", "1"));
        refused("there is no optimizer among [lr]", () -> OptimizerSettings.of(Map.of("lr", "1")));
    }
}

// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import jdk.incubator.vector.FloatVector;

/**
 * One step of an optimizer on adjacent parameters, in one pass: p and the states are read and
 * written once, g read once.
 *
 * <p>As {@link BinaryLoop}, a loop is an object, so that each is compiled by itself.
 */
@FunctionalInterface
interface UpdateLoop {
    /**
     * Updates {@code count} parameters, a multiple of {@link Lanes#COUNT}; states that the rule has
     * not are 0.
     */
    void run(long p, long g, long first, long second, long third, int count);

    /** The loop for step number {@code t} of a rule. */
    static UpdateLoop of(UpdateRule rule, float lr, double t) {
        Penalty penalty = rule.penalty();
        float sign = rule.maximize() ? -1 : 1;
        float l1 = (float) penalty.l1();
        float l2 = (float) penalty.l2();
        float keep = (float) (1 - lr * penalty.weightDecay());
        return switch (rule) {
            case UpdateRule.Sgd sgd -> {
                float mu = (float) sgd.momentum();
                if (mu == 0 && penalty.equals(Penalty.NONE)) {
                    yield (p, g, _, _, _, count) -> plain(p, g, count, lr * sign);
                }
                if (mu == 0) {
                    yield (p, g, _, _, _, count) -> sgd(p, g, count, lr, sign, l1, l2, keep);
                }
                float taken = t == 1 ? 1 : (float) (1 - sgd.dampening());
                yield sgd.nesterov()
                        ? (p, g, u, _, _, count) ->
                                nesterov(p, g, u, count, lr, mu, sign, l1, l2, keep)
                        : (p, g, u, _, _, count) ->
                                momentum(p, g, u, count, lr, mu, taken, sign, l1, l2, keep);
            }
            case UpdateRule.Adam adam -> {
                float b1 = (float) adam.beta1();
                float b2 = (float) adam.beta2();
                float rest1 = (float) (1 - adam.beta1());
                float rest2 = (float) (1 - adam.beta2());
                float step = (float) (lr / (1 - Math.pow(adam.beta1(), t)));
                float unbias2 = (float) (1 / (1 - Math.pow(adam.beta2(), t)));
                float eps = (float) adam.eps();
                yield adam.amsgrad()
                        ? (p, g, m, v, w, count) ->
                                AdaptiveLoops.amsgrad(
                                        p, g, m, v, w, count, step, b1, rest1, b2, rest2, unbias2,
                                        eps, sign, l1, l2, keep)
                        : (p, g, m, v, _, count) ->
                                adam(
                                        p, g, m, v, count, step, b1, rest1, b2, rest2, unbias2, eps,
                                        sign, l1, l2, keep);
            }
            case UpdateRule.RmsProp rms when rms.states() == 1 -> {
                float alpha = (float) rms.alpha();
                float rest = (float) (1 - rms.alpha());
                float eps = (float) rms.eps();
                yield (p, g, v, _, _, count) ->
                        rmsProp(p, g, v, count, lr, alpha, rest, eps, sign, l1, l2, keep);
            }
            case UpdateRule.RmsProp _,
                    UpdateRule.Adagrad _,
                    UpdateRule.Adadelta _,
                    UpdateRule.Adamax _,
                    UpdateRule.NAdam _,
                    UpdateRule.RAdam _,
                    UpdateRule.Lion _ ->
                    AdaptiveLoops.of(rule, lr, t, sign, l1, l2, keep);
        };
    }

    /** The others wait for memory, and hide penalties of zero behind it; this does not. */
    private static void plain(long p, long g, int count, float lr) {
        FloatVector minusLr = FloatVector.broadcast(F32, -lr);
        for (int i = 0; i < count; i += COUNT) {
            store(load(g, i).fma(minusLr, load(p, i)), p, i);
        }
    }

    private static void sgd(
            long p, long g, int count, float lr, float sign, float l1, float l2, float keep) {
        FloatVector minusLr = FloatVector.broadcast(F32, -lr);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            store(d.fma(minusLr, w.mul(keep)), p, i);
        }
    }

    private static void momentum(
            long p,
            long g,
            long u,
            int count,
            float lr,
            float mu,
            float taken,
            float sign,
            float l1,
            float l2,
            float keep) {
        FloatVector minusLr = FloatVector.broadcast(F32, -lr);
        FloatVector decay = FloatVector.broadcast(F32, mu);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2).mul(taken);
            FloatVector v = load(u, i).fma(decay, d);
            store(v, u, i);
            store(v.fma(minusLr, w.mul(keep)), p, i);
        }
    }

    private static void nesterov(
            long p,
            long g,
            long u,
            int count,
            float lr,
            float mu,
            float sign,
            float l1,
            float l2,
            float keep) {
        FloatVector minusLr = FloatVector.broadcast(F32, -lr);
        FloatVector decay = FloatVector.broadcast(F32, mu);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = load(u, i).fma(decay, d);
            store(v, u, i);
            store(v.fma(decay, d).fma(minusLr, w.mul(keep)), p, i);
        }
    }

    private static void adam(
            long p,
            long g,
            long first,
            long second,
            int count,
            float step,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float unbias2,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        FloatVector decay1 = FloatVector.broadcast(F32, beta1);
        FloatVector decay2 = FloatVector.broadcast(F32, beta2);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector m = load(first, i).fma(decay1, d.mul(rest1));
            FloatVector v = load(second, i).fma(decay2, d.mul(d).mul(rest2));
            store(m, first, i);
            store(v, second, i);
            FloatVector change = m.mul(step).div(v.mul(unbias2).sqrt().add(eps));
            store(w.mul(keep).sub(change), p, i);
        }
    }

    private static void rmsProp(
            long p,
            long g,
            long second,
            int count,
            float lr,
            float alpha,
            float rest,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        FloatVector decay = FloatVector.broadcast(F32, alpha);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = load(second, i).fma(decay, d.mul(d).mul(rest));
            store(v, second, i);
            store(w.mul(keep).sub(d.mul(lr).div(v.sqrt().add(eps))), p, i);
        }
    }

    /** ±g + l2 p + l1 sign(p). */
    static FloatVector penalised(FloatVector g, FloatVector p, float sign, float l1, float l2) {
        p = (FloatVector) VECTOR.cast(p);
        return p.mul(l2).add(g.mul(sign)).add(VectorMath.signum(p).mul(l1));
    }
}

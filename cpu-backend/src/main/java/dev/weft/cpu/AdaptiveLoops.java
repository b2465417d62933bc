// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.UpdateLoop.penalised;

import dev.weft.backend.UpdateRule;

import jdk.incubator.vector.FloatVector;

/** {@link UpdateLoop}s of the rules that few networks are trained by. */
final class AdaptiveLoops {
    private AdaptiveLoops() {}

    /** The loop for step number {@code t} of a rule that {@link UpdateLoop} has not itself. */
    static UpdateLoop of(
            UpdateRule rule, float lr, double t, float sign, float l1, float l2, float keep) {
        return switch (rule) {
            case UpdateRule.RmsProp rms -> rmsProp(rms, lr, sign, l1, l2, keep);
            case UpdateRule.Adagrad adagrad -> {
                float decayed = (float) (lr / (1 + (t - 1) * adagrad.lrDecay()));
                float eps = (float) adagrad.eps();
                yield (p, g, s, _, _, count) ->
                        adagrad(p, g, s, count, decayed, eps, sign, l1, l2, keep);
            }
            case UpdateRule.Adadelta adadelta -> {
                float rho = (float) adadelta.rho();
                float rest = (float) (1 - adadelta.rho());
                float eps = (float) adadelta.eps();
                yield (p, g, v, a, _, count) ->
                        adadelta(p, g, v, a, count, lr, rho, rest, eps, sign, l1, l2, keep);
            }
            case UpdateRule.Adamax adamax -> {
                float b1 = (float) adamax.beta1();
                float b2 = (float) adamax.beta2();
                float rest1 = (float) (1 - adamax.beta1());
                float step = (float) (lr / (1 - Math.pow(adamax.beta1(), t)));
                float eps = (float) adamax.eps();
                yield (p, g, m, u, _, count) ->
                        adamax(p, g, m, u, count, step, b1, rest1, b2, eps, sign, l1, l2, keep);
            }
            case UpdateRule.NAdam nadam -> {
                double unbias2 = 1 / (1 - Math.pow(nadam.beta2(), t));
                yield moments(
                        nadam.beta1(),
                        nadam.beta2(),
                        (float) (lr * nadam.factorOfGradient(t)),
                        (float) (lr * nadam.factorOfAverage(t)),
                        (float) unbias2,
                        1,
                        (float) nadam.eps(),
                        sign,
                        l1,
                        l2,
                        keep);
            }
            case UpdateRule.RAdam radam -> {
                double r = radam.rectification(t);
                double step = lr / (1 - Math.pow(radam.beta1(), t));
                double rectified = step * r * Math.sqrt(1 - Math.pow(radam.beta2(), t));
                yield moments(
                        radam.beta1(),
                        radam.beta2(),
                        0,
                        (float) (r == 0 ? step : rectified),
                        1,
                        r == 0 ? 0 : 1,
                        (float) (r == 0 ? 1 : radam.eps()),
                        sign,
                        l1,
                        l2,
                        keep);
            }
            case UpdateRule.Lion lion -> {
                float b1 = (float) lion.beta1();
                float b2 = (float) lion.beta2();
                float rest1 = (float) (1 - lion.beta1());
                float rest2 = (float) (1 - lion.beta2());
                yield (p, g, m, _, _, count) ->
                        lion(p, g, m, count, lr, b1, rest1, b2, rest2, sign, l1, l2, keep);
            }
            case UpdateRule.Sgd _, UpdateRule.Adam _ ->
                    throw new IllegalArgumentException(rule + " has a loop of its own");
        };
    }

    private static UpdateLoop rmsProp(
            UpdateRule.RmsProp rms, float lr, float sign, float l1, float l2, float keep) {
        float alpha = (float) rms.alpha();
        float rest = (float) (1 - rms.alpha());
        float eps = (float) rms.eps();
        float mu = (float) rms.momentum();
        if (!rms.centered()) {
            return (p, g, v, u, _, count) ->
                    rmsMomentum(p, g, v, u, count, lr, alpha, rest, eps, mu, sign, l1, l2, keep);
        }
        if (mu == 0) {
            return (p, g, v, a, _, count) ->
                    rmsCentered(p, g, v, a, count, lr, alpha, rest, eps, sign, l1, l2, keep);
        }
        return (p, g, v, u, a, count) ->
                rmsCentered(p, g, v, u, a, count, lr, alpha, rest, eps, mu, sign, l1, l2, keep);
    }

    /**
     * m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d²; p = keep p - (ofG d + ofM m) /
     * (root √(unbias2 v) + plus).
     */
    private static UpdateLoop moments(
            double beta1,
            double beta2,
            float ofG,
            float ofM,
            float unbias2,
            float root,
            float plus,
            float sign,
            float l1,
            float l2,
            float keep) {
        float b1 = (float) beta1;
        float b2 = (float) beta2;
        float rest1 = (float) (1 - beta1);
        float rest2 = (float) (1 - beta2);
        return (p, g, first, second, _, count) -> {
            for (int i = 0; i < count; i += COUNT) {
                FloatVector w = load(p, i);
                FloatVector d = penalised(load(g, i), w, sign, l1, l2);
                FloatVector m = averaged(first, i, b1, d.mul(rest1));
                FloatVector v = averaged(second, i, b2, d.mul(d).mul(rest2));
                FloatVector deviation = v.mul(unbias2).sqrt().mul(root).add(plus);
                store(w.mul(keep).sub(d.mul(ofG).add(m.mul(ofM)).div(deviation)), p, i);
            }
        };
    }

    /** share x + rest, kept in x. */
    private static FloatVector averaged(long x, int i, float share, FloatVector rest) {
        FloatVector y = load(x, i).fma(FloatVector.broadcast(F32, share), rest);
        store(y, x, i);
        return y;
    }

    static void amsgrad(
            long p,
            long g,
            long first,
            long second,
            long third,
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
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector m = averaged(first, i, beta1, d.mul(rest1));
            FloatVector v = averaged(second, i, beta2, d.mul(d).mul(rest2));
            FloatVector largest = load(third, i).max(v);
            store(largest, third, i);
            FloatVector change = m.mul(step).div(largest.mul(unbias2).sqrt().add(eps));
            store(w.mul(keep).sub(change), p, i);
        }
    }

    private static void adamax(
            long p,
            long g,
            long first,
            long second,
            int count,
            float step,
            float beta1,
            float rest1,
            float beta2,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector m = averaged(first, i, beta1, d.mul(rest1));
            FloatVector u = load(second, i).mul(beta2).max(d.abs().add(eps));
            store(u, second, i);
            store(w.mul(keep).sub(m.mul(step).div(u)), p, i);
        }
    }

    private static void rmsMomentum(
            long p,
            long g,
            long second,
            long velocity,
            int count,
            float lr,
            float alpha,
            float rest,
            float eps,
            float mu,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = averaged(second, i, alpha, d.mul(d).mul(rest));
            FloatVector u = averaged(velocity, i, mu, d.div(v.sqrt().add(eps)));
            store(w.mul(keep).sub(u.mul(lr)), p, i);
        }
    }

    private static void rmsCentered(
            long p,
            long g,
            long second,
            long mean,
            int count,
            float lr,
            float alpha,
            float rest,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = averaged(second, i, alpha, d.mul(d).mul(rest));
            FloatVector a = averaged(mean, i, alpha, d.mul(rest));
            store(w.mul(keep).sub(d.mul(lr).div(deviation(v, a).add(eps))), p, i);
        }
    }

    private static void rmsCentered(
            long p,
            long g,
            long second,
            long velocity,
            long mean,
            int count,
            float lr,
            float alpha,
            float rest,
            float eps,
            float mu,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = averaged(second, i, alpha, d.mul(d).mul(rest));
            FloatVector a = averaged(mean, i, alpha, d.mul(rest));
            FloatVector u = averaged(velocity, i, mu, d.div(deviation(v, a).add(eps)));
            store(w.mul(keep).sub(u.mul(lr)), p, i);
        }
    }

    /** √(v - a²), where rounding leaves nothing below 0. */
    private static FloatVector deviation(FloatVector v, FloatVector a) {
        return a.neg().fma(a, v).max(0).sqrt();
    }

    private static void adagrad(
            long p,
            long g,
            long sum,
            int count,
            float lr,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector s = averaged(sum, i, 1, d.mul(d));
            store(w.mul(keep).sub(d.mul(lr).div(s.sqrt().add(eps))), p, i);
        }
    }

    private static void adadelta(
            long p,
            long g,
            long second,
            long changes,
            int count,
            float lr,
            float rho,
            float rest,
            float eps,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector v = averaged(second, i, rho, d.mul(d).mul(rest));
            FloatVector root = load(changes, i).add(eps).sqrt();
            FloatVector change = root.div(v.add(eps).sqrt()).mul(d);
            averaged(changes, i, rho, change.mul(rest).mul(change));
            store(w.mul(keep).sub(change.mul(lr)), p, i);
        }
    }

    private static void lion(
            long p,
            long g,
            long first,
            int count,
            float lr,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float sign,
            float l1,
            float l2,
            float keep) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector w = load(p, i);
            FloatVector d = penalised(load(g, i), w, sign, l1, l2);
            FloatVector m = load(first, i);
            FloatVector direction = VectorMath.signum(m.mul(beta1).add(d.mul(rest1)));
            store(m.mul(beta2).add(d.mul(rest2)), first, i);
            store(w.mul(keep).sub(direction.mul(lr)), p, i);
        }
    }
}

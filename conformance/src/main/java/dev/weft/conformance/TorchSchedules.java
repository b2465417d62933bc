package dev.weft.conformance;

import dev.weft.Schedule;
import dev.weft.Tensor;

import java.util.Arrays;

/** PyTorch's learning rates, step by step. */
final class TorchSchedules {
    private static final String PREFIX = "schedule_";
    private static final int STEPS = 30;

    private TorchSchedules() {}

    static boolean has(String operation) {
        return operation.startsWith(PREFIX);
    }

    /** Gives the rates, and returns them. */
    static Tensor run(TorchOperands o) {
        Schedule schedule = schedule(o);
        double lr = o.real("lr");
        // The cycle's rates go by the highest, not by the optimizer's.
        double base = o.operation().endsWith("one_cycle") ? o.real("max_lr") : lr;
        double[] rates = new double[STEPS];
        Arrays.setAll(rates, step -> base * schedule.factor(step));
        Tensor all = o.device().tensor(o.floating(), rates);
        o.give("lr", all);
        return all;
    }

    private static Schedule schedule(TorchOperands o) {
        return switch (o.operation().substring(PREFIX.length())) {
            case "step" -> Schedule.step(o.integer("step"), o.real("gamma"));
            case "multi_step" -> {
                int[] milestones = o.integers("milestones");
                yield Schedule.multiStep(
                        o.real("gamma"), Arrays.stream(milestones).asLongStream().toArray());
            }
            case "exponential" -> Schedule.exponential(o.real("gamma"));
            case "cosine" -> Schedule.cosine(o.integer("t_max"), floor(o));
            case "cosine_restarts" ->
                    Schedule.cosineRestarts(o.integer("t_0"), o.integer("t_mult", 1), floor(o));
            case "linear" ->
                    Schedule.linear(
                            o.real("start_factor"),
                            o.real("end_factor", 1),
                            o.integer("total_iters"));
            case "polynomial" -> Schedule.polynomial(o.integer("total_iters"), o.real("power", 1));
            case "one_cycle" -> {
                o.only("anneal", "cos");
                yield Schedule.oneCycle(
                        o.integer("total_steps"),
                        o.real("pct_start"),
                        o.real("div_factor"),
                        o.real("final_div_factor"));
            }
            default -> throw new UnsupportedCase("unknown schedule");
        };
    }

    /** The lowest rate over the first. */
    private static double floor(TorchOperands o) {
        return o.real("eta_min", 0) / o.real("lr");
    }
}

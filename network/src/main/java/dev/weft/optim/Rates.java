package dev.weft.optim;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Schedule;
import dev.weft.Tensor;
import dev.weft.backend.UpdateRule;

/**
 * The learning rates of the steps to come, and the largest gradients for each, in device memory:
 * one row for a rate that stays, and otherwise a ring that the host fills before it is used up. A
 * step reads its row by the number of steps done, so that one that was refused takes none.
 */
final class Rates {
    /** How many steps a ring serves from {@link #write} on: a power of 2. */
    static final int ROWS = 1024;

    private final UpdateRule rule;
    private final Schedule schedule;
    private final Tensor table;
    private double lr;

    /** In the innermost open scope, for a first step. */
    Rates(Device device, DType dtype, UpdateRule rule, double lr, Schedule schedule) {
        this.rule = rule;
        this.schedule = schedule;
        this.lr = lr;
        table = device.tensor(dtype, rows(lr, 0)).named("learning rates and largest gradients");
    }

    Tensor table() {
        return table;
    }

    double lr() {
        return lr;
    }

    boolean areConstant() {
        return schedule.isConstant();
    }

    /** The rate of the step that so many were done before. */
    double at(long done) {
        return lr * schedule.factor(done);
    }

    /** Writes the rates of the steps from here on, by a learning rate that may be another. */
    void write(double newLr, long done) {
        try (Tensor fresh = table.device().tensor(table.dtype(), rows(newLr, done))) {
            table.assign(fresh);
        }
        lr = newLr;
    }

    private double[] rows(double newLr, long done) {
        int count = schedule.isConstant() ? 1 : ROWS;
        double[] rows = new double[2 * count];
        for (long step = done; step < done + count; step++) {
            int row = (int) (step & (count - 1));
            double rate = checked(newLr * schedule.factor(step), newLr, step);
            rows[2 * row] = rate;
            rows[2 * row + 1] = largestGradient(rate);
        }
        return rows;
    }

    private double checked(double rate, double newLr, long step) {
        if (!(rate >= 0 && Float.isFinite((float) rate))) {
            throw new IllegalArgumentException(
                    "schedule %s: gives a rate of %s at step %d with lr %s: must be finite and at least 0"
                            .formatted(schedule, rate, step + 1, newLr));
        }
        double decay = rule.penalty().weightDecay();
        if (rate * decay > 1) {
            throw new IllegalArgumentException(
                    "lr times weightDecay must be at most 1, or decay would make parameters grow;"
                            + " got"
                            + " %s times %s".formatted(rate, decay));
        }
        // F32 has no full precision there, and what a step would change is nothing.
        return rate < Float.MIN_NORMAL ? 0 : rate;
    }

    private double largestGradient(double rate) {
        double largest = rule.largestGradient(rate);
        if (!(largest > 0)) {
            throw new IllegalArgumentException(
                    "l1 must be below %s at lr %s, or every step could overflow; got %s"
                            .formatted(rule.largestStep(rate), rate, rule.penalty().l1()));
        }
        return largest;
    }
}

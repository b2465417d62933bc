package dev.weft.nn;

import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;

/** Objectives of several outputs, added up. */
final class SumOfObjectives implements Objective {
    private final List<Objective> parts;
    private final double[] factors;

    SumOfObjectives(List<Objective> parts, double... factors) {
        if (parts.isEmpty() || parts.size() != factors.length) {
            throw new IllegalArgumentException(
                    "objective: a sum needs a factor for each part, got %d parts and %d factors"
                            .formatted(parts.size(), factors.length));
        }
        this.parts = List.copyOf(parts);
        this.factors = factors.clone();
    }

    @Override
    public Tensor loss(List<Tensor> outputs, List<Tensor> targets, @Nullable Tensor weights) {
        if (outputs.size() != parts.size() || targets.size() != parts.size()) {
            throw new IllegalArgumentException(
                    "%s: takes as many outputs and targets, got %d and %d"
                            .formatted(label(), outputs.size(), targets.size()));
        }
        return outputs.getFirst().device().compute(() -> sum(outputs, targets, weights));
    }

    private Tensor sum(List<Tensor> outputs, List<Tensor> targets, @Nullable Tensor weights) {
        Tensor sum = part(0, outputs, targets, weights);
        for (int i = 1; i < parts.size(); i++) {
            sum = sum.add(part(i, outputs, targets, weights));
        }
        return sum;
    }

    private Tensor part(
            int i, List<Tensor> outputs, List<Tensor> targets, @Nullable Tensor weights) {
        return parts.get(i)
                .loss(List.of(outputs.get(i)), List.of(targets.get(i)), weights)
                .mul(factors[i]);
    }

    @Override
    public Task task() {
        return parts.getFirst().task();
    }

    @Override
    public String label() {
        return parts.stream().map(Objective::label).collect(Collectors.joining(" + "));
    }

    @Override
    public Tensor predictions(Tensor output) {
        return parts.getFirst().predictions(output);
    }
}

package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.backend.Penalty;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

/** What {@code train}'s options mean, given and not given. */
class TrainOptionsTest {
    private static TrainOptions options(String... args) {
        TrainOptions options = CommandLine.populateCommand(new TrainOptions(), args);
        options.complete(new Problem.Defaults("simplenet", "sgd", 10, 64));
        return options;
    }

    @Test
    void aDecayOfZeroIsNotTheDefault() {
        assertEquals(new Penalty(0, 0, 0.01), options("--optimizer", "adamw").optimizer.penalty());
        assertEquals(
                Penalty.NONE,
                options("--optimizer", "adamw", "--weight-decay", "0").optimizer.penalty());
        assertEquals(
                new Penalty(0.1, 0.2, 0.3),
                options("--l1", "0.1", "--l2", "0.2", "--weight-decay", "0.3").optimizer.penalty());
        assertEquals(Penalty.NONE, options().optimizer.penalty());
    }

    @Test
    void theLearningRateIsTheOptimizersOwnUnlessGiven() {
        assertEquals(0.01, options().optimizer.learningRate());
        assertEquals(0.001, options("--optimizer", "adamw").optimizer.learningRate());
        assertEquals(0.25, options("--optimizer", "adam", "--lr", "0.25").optimizer.learningRate());
    }
}

package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.IOException;

/** What the loss of classes is asked for. */
final class LossOptions {
    @Option(
            names = "--label-smoothing",
            paramLabel = "E",
            defaultValue = "0",
            description =
                    "For classes: learn the right one as 1 - E, and all of them as E / classes"
                            + " more. Default: ${DEFAULT-VALUE}.")
    double smoothing;

    @Option(
            names = "--class-weights",
            paramLabel = "WEIGHTS",
            description =
                    "What the loss of each class counts: balanced, which is the more the rarer a"
                            + " class is, or CLASS=WEIGHT,CLASS=WEIGHT; others count 1.")
    @Nullable String classWeights;

    /**
     * Checks what can be told without data.
     *
     * @throws InputException naming the option that is out of its range
     */
    void check() {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new InputException("--label-smoothing must be in [0, 1), got " + smoothing);
        }
    }

    /** What they make of the loss, for the examples that are learnt from. */
    ClassLoss of(Problem problem) throws IOException {
        return classWeights == null
                ? ClassLoss.PLAIN.smoothing(smoothing)
                : ClassLoss.weighted(classWeights, problem).smoothing(smoothing);
    }
}

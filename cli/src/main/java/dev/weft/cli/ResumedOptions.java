package dev.weft.cli;

import dev.weft.io.FormatException;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ParseResult;

/**
 * The options of a resumed run: what the command line does not give is as it was in the saved one.
 * What it gives must be the same, or the run would not go on but be another.
 */
final class ResumedOptions {
    private final Checkpoint checkpoint;
    private final TrainOptions options;
    private final ParseResult given;

    private ResumedOptions(Checkpoint checkpoint, TrainOptions options, ParseResult given) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.given = given;
    }

    /**
     * Completes the options from a checkpoint. Those of the optimizer are compared later, by {@link
     * Checkpoint#restore(dev.weft.optim.Optimizer, dev.weft.nn.Network)}.
     *
     * @throws InputException naming an option that was given and differs
     * @throws FormatException where the checkpoint does not say what it was trained with
     */
    static void adopt(TrainOptions options, Checkpoint checkpoint, ParseResult given)
            throws FormatException {
        new ResumedOptions(checkpoint, options, given).adopt();
    }

    private void adopt() throws FormatException {
        TrainingState state = TrainingState.of(checkpoint);
        options.model = same("--model", options.model, SavedModel.model(checkpoint));
        options.dropout = same("--dropout", options.dropout, SavedModel.dropout(checkpoint));
        options.batch = same("--batch", options.batch, state.batch());
        options.seed = same("--seed", options.seed, state.seed());
        if (isMissing("--optimizer")) {
            options.optimizer = checkpoint.required("optimizer");
        }
        if (isMissing("--lr")) {
            options.lr = checkpoint.requiredNumber("optimizer.lr");
        }
        if (isMissing("--l1")) {
            options.l1 = checkpoint.requiredNumber("optimizer.l1");
        }
        if (isMissing("--l2")) {
            options.l2 = checkpoint.requiredNumber("optimizer.l2");
        }
        if (isMissing("--weight-decay")) {
            options.weightDecay = checkpoint.requiredNumber("optimizer.weight_decay");
        }
    }

    private boolean isMissing(String option) {
        return !given.hasMatchedOption(option);
    }

    private <T> T same(String option, @Nullable T asked, T saved) {
        if (!isMissing(option) && !saved.equals(asked)) {
            throw new InputException(
                    "%s: was trained with %s %s, and goes on only with the same, not with %s"
                            .formatted(options.resume, option, saved, asked));
        }
        return saved;
    }
}

package dev.weft.cli;

import dev.weft.train.TrainingListener;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;

/** Shows how training goes: a bar on a terminal, plain lines elsewhere. */
interface Progress extends TrainingListener, AutoCloseable {
    /**
     * What fits where the output goes.
     *
     * @param examples in the whole run
     */
    static Progress create(PrintWriter out, int epochs, long examples) {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return terminal ? new ProgressBarView(epochs, examples) : new ProgressLines(out, epochs);
    }

    /** Ends the display; an epoch that was not finished stays as it is. */
    @Override
    void close();
}

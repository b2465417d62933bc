package dev.weft.cli;

import dev.weft.nn.Task;
import dev.weft.train.TrainingListener;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;

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
    static Progress create(PrintWriter out, int epochs, long examples, Task task) {
        return isTerminal()
                ? new ProgressBarView(epochs, examples, task)
                : new ProgressLines(out, epochs, task);
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /**
     * Looks at the terminal, where there is one: the first look sets the handlers of signals to the
     * default ones, which has to be before anybody sets his own.
     */
    static void lookAtTerminal() {
        if (isTerminal()) {
            new ConsoleProgressBarConsumer(System.err).getMaxRenderedLength();
        }
    }

    /** Ends the display; an epoch that was not finished stays as it is. */
    @Override
    void close();
}

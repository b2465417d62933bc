package dev.weft.benchmarks;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;

/** Shows how far a run is: a bar on a terminal, plain lines elsewhere. */
interface Progress extends AutoCloseable {
    /**
     * What fits where the output goes.
     *
     * @param steps how many times {@link #step} will be called
     */
    static Progress create(PrintWriter out, int steps) {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return terminal ? new ProgressBarView(out, steps) : new ProgressLines(out, steps);
    }

    /** The step before is done, and the next begins: what it measures. */
    void step(String what);

    /** A line about the present step. */
    void note(String line);

    /** Ends the display. */
    @Override
    void close();
}

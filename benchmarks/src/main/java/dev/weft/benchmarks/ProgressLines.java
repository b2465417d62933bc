package dev.weft.benchmarks;

import java.io.PrintWriter;

/** A line for each step, with the time that is left; no control characters. */
final class ProgressLines implements Progress {
    private final PrintWriter out;
    private final int steps;
    private final long start = System.nanoTime();
    private int begun;

    ProgressLines(PrintWriter out, int steps) {
        this.out = out;
        this.steps = steps;
    }

    @Override
    public void step(String what) {
        String left = "";
        if (begun > 0) {
            double seconds = (System.nanoTime() - start) * 1e-9 / begun * (steps - begun);
            left =
                    seconds < 90
                            ? String.format("; about %.0f s left", seconds)
                            : String.format("; about %.0f min left", seconds / 60);
        }
        begun++;
        out.printf("%d/%d  %s%s%n", begun, steps, what, left);
    }

    @Override
    public void note(String line) {
        out.println("  " + line);
    }

    @Override
    public void close() {
        out.flush();
    }
}

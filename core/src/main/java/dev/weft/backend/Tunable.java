package dev.weft.backend;

import java.util.function.Consumer;

/**
 * A {@link Backend} that can choose among its kernels by measuring them on the device it runs on.
 */
public interface Tunable {
    /**
     * Measures, uses the fastest from now on, and keeps the choice for later runs where it can.
     * Takes seconds to minutes; the device should have nothing else to do.
     *
     * @param report takes a line for each measurement and for each choice, and where it was kept
     */
    void tune(Consumer<String> report);
}

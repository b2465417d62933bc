package dev.weft.cli;

import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ctrl-C and the like while a run is worth saving: the first asks it to stop, the second ends the
 * program at once. What the program was started to ignore, as by nohup, stays ignored.
 */
final class StopSignals implements AutoCloseable {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    /**
     * What a shell gives as the exit code of a program that a signal has ended, less its number.
     */
    private static final int KILLED = 128;

    private final Map<String, @Nullable Object> before = new LinkedHashMap<>();
    private final AtomicInteger received = new AtomicInteger();

    private StopSignals() {}

    /** Until it is closed, the first signal runs {@code stop}, on a thread of its own. */
    static StopSignals asking(Runnable stop) {
        Progress.lookAtTerminal();
        StopSignals signals = new StopSignals();
        NUMBERS.forEach(
                (name, number) ->
                        signals.before.put(
                                name, Signals.register(name, () -> signals.on(number, stop))));
        return signals;
    }

    private void on(int number, Runnable stop) {
        if (received.compareAndSet(0, number)) {
            stop.run();
        } else {
            // Not exit: a device's driver may be what hangs, and would be waited for.
            Runtime.getRuntime().halt(KILLED + number);
        }
    }

    /** The program's exit code if a signal has come, and 0 otherwise. */
    int exitCode() {
        int number = received.get();
        return number == 0 ? 0 : KILLED + number;
    }

    /** Signals end the program again, or whatever else they did before. */
    @Override
    public void close() {
        before.forEach(
                (name, handler) -> {
                    if (handler != null) {
                        Signals.unregister(name, handler);
                    }
                });
    }
}

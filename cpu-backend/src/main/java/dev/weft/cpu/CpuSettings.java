package dev.weft.cpu;

import dev.weft.DeviceOptions;
import dev.weft.DeviceOptions.Option;

/**
 * What a device's options say, or where they say nothing the system properties {@code
 * weft.cpu.threads} (default: the available processors) and {@code weft.cpu.vector.bits} (128, 256
 * or 512; default: what the machine prefers). Knows nothing of the vector API.
 */
final class CpuSettings {
    private static final String THREADS = "weft.cpu.threads";
    private static final String VECTOR_BITS = "weft.cpu.vector.bits";
    private static final int MOST_THREADS = 4096;

    private CpuSettings() {}

    /**
     * How many threads a device opened with these options computes on.
     *
     * @throws dev.weft.backend.DeviceOptionException where that is out of range
     */
    static int threads(DeviceOptions options) {
        int threads = options.threads().orElseGet(CpuSettings::threads);
        if (threads < 1 || threads > MOST_THREADS) {
            throw options.refused(Option.THREADS, "cpu", "it must be from 1 to " + MOST_THREADS);
        }
        return threads;
    }

    /**
     * How many threads compute on a device without options.
     *
     * @throws IllegalArgumentException where the property is no number or out of range
     */
    static int threads() {
        String text = System.getProperty(THREADS);
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        int threads = number(THREADS, text);
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException(
                    THREADS + " must be from 1 to " + MOST_THREADS + ", got " + text);
        }
        return threads;
    }

    /**
     * The forced vector width, or 0 for the machine's own.
     *
     * @throws IllegalArgumentException where the property is none of the widths
     */
    static int vectorBits() {
        String text = System.getProperty(VECTOR_BITS);
        if (text == null) {
            return 0;
        }
        int bits = number(VECTOR_BITS, text);
        if (bits != 128 && bits != 256 && bits != 512) {
            throw new IllegalArgumentException(
                    VECTOR_BITS + " must be 128, 256 or 512, got " + text);
        }
        return bits;
    }

    private static int number(String property, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    property + " must be a whole number, got '" + text + "'", e);
        }
    }
}

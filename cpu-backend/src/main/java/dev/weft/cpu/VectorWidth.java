package dev.weft.cpu;

import dev.weft.DeviceOptions;
import dev.weft.DeviceOptions.Option;

import jdk.incubator.vector.FloatVector;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * How wide the vectors of this JVM's kernels are. One width for all: it is a constant in compiled
 * code ({@link Lanes}), so that the first device that is opened settles it.
 */
final class VectorWidth {
    private static final List<Integer> WIDTHS = List.of(128, 256, 512);

    /** In bits; 0 while nothing is settled. */
    private static int settled;

    private VectorWidth() {}

    /** The width in bits that a device has which asks for none. */
    static synchronized int bits() {
        if (settled != 0) {
            return settled;
        }
        int forced = CpuSettings.vectorBits();
        return forced != 0
                ? forced
                : Math.max(WIDTHS.getFirst(), FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }

    /** Settles it for good, as no device asks for another. */
    static synchronized int settle() {
        settled = bits();
        return settled;
    }

    /**
     * Settles it for good, as these options have it.
     *
     * @throws dev.weft.backend.DeviceOptionException where the processor has no such vectors, or
     *     others are settled
     */
    static synchronized void settle(DeviceOptions options) {
        OptionalInt asked = options.vectorBits();
        if (asked.isPresent()) {
            int bits = asked.getAsInt();
            if (!possible().contains(bits)) {
                throw options.refused(
                        Option.VECTOR_BITS,
                        "cpu",
                        "here it must be one of "
                                + possible().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", ")));
            }
            if (settled != 0 && settled != bits) {
                throw options.refused(
                        Option.VECTOR_BITS,
                        "cpu",
                        "the first CPU device of this JVM has settled it at %d, for which the kernels are compiled: open all with one width, or start another JVM"
                                .formatted(settled));
            }
            settled = bits;
        }
        settle();
    }

    /** Those that the processor has; the narrowest in any case. */
    private static List<Integer> possible() {
        int widest = FloatVector.SPECIES_MAX.vectorBitSize();
        return WIDTHS.stream().filter(bits -> bits <= Math.max(widest, WIDTHS.getFirst())).toList();
    }
}

package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Reserve;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

/** Scratch memory where there is none left. */
class ScratchTest {
    private static final long TOO_MUCH = 1L << 60;

    @Test
    void saysWhatWasWantedAfterTheReserveWasGivenUp() {
        AtomicInteger givenUp = new AtomicInteger();
        try (Scratch scratch = new Scratch()) {
            scratch.reserve(new Reserve(givenUp::incrementAndGet));
            var error =
                    assertThrows(
                            DeviceOutOfMemoryException.class,
                            () -> scratch.reserve(TOO_MUCH, "softmax"));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith("softmax: cpu has no memory for " + TOO_MUCH), message);
            assertEquals(1, givenUp.get());
            // What fits is had as before.
            long address = scratch.reserve(1000, "softmax");
            Memory.setFloat(address, 1.5f);
            assertEquals(1.5f, Memory.getFloat(scratch.reserve(500, "softmax")));
            assertEquals(1, givenUp.get());
        }
    }
}

package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A device tells whoever records, which need not be a tape. */
class RecorderTest {
    private static final class Names implements Recorder {
        private final List<String> names = new ArrayList<>();
        private final Runnable onClose;
        private boolean closed;

        Names(Device device) {
            onClose = device.record(this);
        }

        @Override
        public boolean tracks(Tensor x) {
            return x.dtype().isFloating();
        }

        @Override
        public void record(Op op) {
            names.add(op.name());
        }

        @Override
        public int length() {
            return names.size();
        }

        @Override
        public <T> T paused(Supplier<T> body) {
            return body.get();
        }

        @Override
        public void close() {
            if (!closed) {
                onClose.run();
                closed = true;
            }
        }
    }

    @Test
    void operationsAreToldInTheirOrder() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope();
                Names names = new Names(device)) {
            assertSame(names, device.recording());
            Tensor x = device.ones(2, 3);
            Tensor indices = device.tensor(new int[] {0, 1});
            x.linear(x, null, Activation.RELU).transpose().softmax(0).gather(indices).sum();
            indices.add(1);
            assertEquals(List.of("linear", "permute", "softmax", "gather", "sum"), names.names);
        }
    }

    /**
     * What an operation makes for itself may have to be read: it stays until the recorder stops.
     */
    @Test
    void whatWasToldStaysOpen() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = device.ones(3);
            try (Names names = new Names(device)) {
                x.div(2);
                assertEquals(1, names.length());
                assertEquals(3, device.memory().liveTensors());
            }
            assertEquals(2, device.memory().liveTensors());
        }
    }

    @Test
    void oneAtATime() {
        Device device = Devices.open("reference");
        Names names = new Names(device);
        var error = assertThrows(IllegalStateException.class, () -> new Tape(device));
        assertEquals(
                "a tape is open on device reference already: close it first", error.getMessage());
        names.close();
        assertNull(device.recording());
        Names open = new Names(device);
        names.onClose.run();
        assertSame(open, device.recording(), "one that has stopped stops no other");
        assertFalse(open.closed);
        device.close();
        assertTrue(open.closed, "its device closes it");
    }
}

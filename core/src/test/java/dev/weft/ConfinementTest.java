package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.Map;

/** On a thread that a device does not belong to, everything that would change it is refused. */
class ConfinementTest {
    @Test
    void anotherThreadChangesNothing() throws InterruptedException {
        try (Device device = Devices.open("reference");
                Scope scope = device.scope()) {
            Tensor x = device.tensor(new float[] {1, 2});
            Tensor y = device.ones(2);
            DropoutState dropout = new DropoutState(device, 1);
            Capture capture = device.capture(() -> x.assign(x.mul(2)));
            Tape tape = new Tape(device);
            tape.watch(x);
            Tensor loss = x.sum();
            Map<String, Runnable> uses = new LinkedHashMap<>();
            uses.put("tape.close", tape::close);
            uses.put("tape.watch", () -> tape.watch(y));
            uses.put("tape.gradients", () -> tape.gradients(loss));
            uses.put("tape.gradients by", () -> tape.gradients(loss, loss));
            uses.put("scope.close", scope::close);
            uses.put("scope.keep", () -> scope.keep(x));
            uses.put("scope.keepAll", scope::keepAll);
            uses.put("capture.replay", capture::replay);
            uses.put("capture.close", capture::close);
            uses.put("tensor.close", x::close);
            uses.put("tensor.assign", () -> x.assign(y));
            uses.put("tensor.viewToWrite", x::viewToWrite);
            uses.put("tensor.detach", x::detach);
            uses.put("dropout.close", dropout::close);
            uses.put("dropout.block", dropout::block);
            uses.put("dropout.apply", () -> dropout.apply(x, 0.5));
            uses.put("device.compute", () -> device.compute(() -> x));
            uses.put("device.capture", () -> device.capture(() -> {}));
            uses.put("device.trim", device::trim);
            uses.put("device.synchronize", device::synchronize);
            Map<String, String> answers = new LinkedHashMap<>();
            Thread other =
                    new Thread(
                            () ->
                                    uses.forEach(
                                            (name, use) -> {
                                                try {
                                                    use.run();
                                                    answers.put(name, "was done");
                                                } catch (IllegalStateException e) {
                                                    answers.put(
                                                            name, String.valueOf(e.getMessage()));
                                                }
                                            }),
                            "other");
            MemoryStats before = device.memory();
            long writes = device.writes();
            other.start();
            other.join();
            String mine = Thread.currentThread().getName();
            String refusal =
                    "device reference belongs to thread '%s', not to 'other': open a device for each"
                            .formatted(mine);
            for (String name : uses.keySet()) {
                String answer = String.valueOf(answers.get(name));
                assertTrue(answer.startsWith(refusal), name + ": " + answer);
            }
            assertEquals(before, device.memory());
            assertEquals(writes, device.writes());
            assertSame(tape, device.recording());
            assertFalse(x.isClosed());
            assertArrayEquals(new float[] {1, 1}, tape.gradients(loss).of(x).toFloatArray());
            capture.replay();
            assertArrayEquals(new float[] {4, 8}, x.toFloatArray());
            tape.close();
            assertNull(device.recording());
        }
    }
}

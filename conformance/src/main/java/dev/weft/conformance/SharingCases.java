package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.SharedTensor;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Tensors that several devices read: or a refusal, where a backend cannot. */
final class SharingCases {
    private static final float[] VALUES = {1, 2, 3, 4, 5, 6};

    private SharingCases() {}

    static Stream<DynamicTest> all(String selector) {
        if (!selector.equals("cpu") && !selector.equals("reference")) {
            return Stream.of(dynamicTest("sharing is refused", () -> refused(selector)));
        }
        return Stream.of(
                dynamicTest("threads read at the same time", () -> threads(selector)),
                dynamicTest("views are shared as they are", () -> views(selector)),
                dynamicTest("the last to close gives back", () -> lastCloses(selector)),
                dynamicTest("nobody writes", () -> readOnly(selector)),
                dynamicTest("a capture keeps what it reads", () -> captured(selector)),
                dynamicTest("a closed device leaves", () -> closed(selector)));
    }

    private static void refused(String selector) {
        try (Device owner = TestDevices.open(selector);
                Device other = TestDevices.open(selector);
                Scope _ = owner.scope()) {
            SharedTensor shared = owner.tensor(VALUES).share();
            assertFalse(shared.isReadableOn(other));
            var error = assertThrows(IllegalArgumentException.class, () -> shared.on(other));
            assertTrue(String.valueOf(error.getMessage()).contains("[6]"), error.getMessage());
        }
    }

    private static void threads(String selector) throws Exception {
        try (Device owner = TestDevices.open(selector);
                Scope _ = owner.scope();
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            Tensor w = owner.tensor(VALUES, 2, 3);
            SharedTensor shared = w.share();
            Callable<float[]> reads =
                    () -> {
                        try (Device device = TestDevices.open(selector);
                                Tensor mine = shared.on(device)) {
                            assertEquals(0, device.memory().allocations());
                            assertEquals(1, device.memory().liveTensors());
                            try (Scope _ = device.scope()) {
                                return mine.matmul(mine.transpose()).toFloatArray();
                            }
                        }
                    };
            List<Future<float[]>> results = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                results.add(pool.submit(reads));
            }
            float[] expected = w.matmul(w.transpose()).toFloatArray();
            for (Future<float[]> result : results) {
                assertArrayEquals(expected, result.get());
            }
            assertFalse(shared.isGone());
        }
    }

    private static void views(String selector) {
        try (Device owner = TestDevices.open(selector);
                Device other = TestDevices.open(selector);
                Scope _ = owner.scope();
                Scope _ = other.scope()) {
            Tensor part = owner.tensor(VALUES, 2, 3).transpose().slice(0, 1, 3).expand(2, 2, 2);
            SharedTensor shared = part.share();
            Tensor mine = shared.on(other);
            assertEquals(part.shape(), shared.shape());
            assertEquals(DType.F32, shared.dtype());
            assertArrayEquals(part.toFloatArray(), mine.toFloatArray());
            assertArrayEquals(
                    part.toFloatArray(), shared.on(other).add(mine).div(2).toFloatArray());
        }
    }

    private static void lastCloses(String selector) {
        try (Device owner = TestDevices.open(selector);
                Device other = TestDevices.open(selector)) {
            Tensor w = owner.tensor(VALUES);
            SharedTensor shared = w.share();
            Tensor first = shared.on(other);
            Tensor second = shared.on(other);
            w.close();
            assertEquals(0, owner.memory().liveTensors());
            assertEquals(0, owner.memory().pooledBytes());
            first.close();
            assertArrayEquals(VALUES, second.toFloatArray());
            assertFalse(shared.isGone());
            second.close();
            assertTrue(shared.isGone());
            assertEquals(0, other.memory().liveTensors());
            assertEquals(0, other.memory().pooledBytes());
            var error = assertThrows(IllegalStateException.class, () -> shared.on(other));
            assertTrue(String.valueOf(error.getMessage()).contains("is gone"), error.getMessage());
        }
    }

    private static void readOnly(String selector) {
        try (Device owner = TestDevices.open(selector);
                Device other = TestDevices.open(selector);
                Scope _ = owner.scope();
                Scope _ = other.scope()) {
            Tensor w = owner.tensor(VALUES);
            Tensor ones = owner.ones(6);
            try (Capture step = owner.capture(() -> w.assign(ones.mul(3)))) {
                SharedTensor shared = w.slice(0, 0, 3).share();
                Tensor mine = shared.on(other);
                var error = assertThrows(IllegalStateException.class, () -> w.assign(ones));
                assertTrue(
                        String.valueOf(error.getMessage()).contains("copy()"), error.getMessage());
                assertThrows(IllegalStateException.class, () -> mine.assign(other.ones(3)));
                assertThrows(IllegalStateException.class, step::replay);
                assertArrayEquals(new float[] {3, 3, 3}, mine.toFloatArray());
                assertThrows(IllegalStateException.class, () -> owner.capture(() -> ones.share()));
            }
        }
    }

    private static void captured(String selector) {
        try (Device owner = TestDevices.open(selector);
                Device other = TestDevices.open(selector);
                Scope _ = other.scope()) {
            Tensor w = owner.tensor(VALUES);
            SharedTensor shared = w.share();
            Tensor x = other.ones(6);
            Tensor[] results = new Tensor[1];
            Tensor mine = shared.on(other);
            try (Capture step = other.capture(() -> results[0] = x.add(mine))) {
                mine.close();
                w.close();
                assertFalse(shared.isGone());
                x.assign(other.zeros(6));
                step.replay();
                assertArrayEquals(VALUES, results[0].toFloatArray());
            }
            assertTrue(shared.isGone());
        }
    }

    private static void closed(String selector) {
        try (Device other = TestDevices.open(selector)) {
            SharedTensor shared;
            Tensor mine;
            try (Device owner = TestDevices.open(selector);
                    Scope _ = owner.scope()) {
                shared = owner.tensor(VALUES).share();
                mine = shared.on(other);
            }
            assertArrayEquals(VALUES, mine.toFloatArray());
            // Whose scopes are open when it closes.
            try (Device third = TestDevices.open(selector)) {
                third.scope();
                Capture step = third.capture(() -> shared.on(third).add(1));
                mine.close();
                assertFalse(shared.isGone());
                step.replay();
            }
            assertTrue(shared.isGone());
        }
    }
}

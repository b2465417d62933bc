package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceLostException;
import dev.weft.reference.ReferenceProvider;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** How devices are found and opened, where only the reference backend is there. */
class DevicesTest {
    @Test
    void unknownBackendsAreNamedWithTheKnown() {
        var error =
                assertThrows(BackendUnavailableException.class, () -> Devices.open("quantum:0"));
        assertEquals("there is no backend 'quantum'; found: reference", error.getMessage());
    }

    @Test
    void devicesAreChosenByNumberOrText() {
        for (String selector : new String[] {"reference", "reference:0", "reference:SCALAR"}) {
            try (Device device = Devices.open(selector)) {
                assertEquals("reference", device.info().selector());
            }
        }
        for (String selector :
                new String[] {"reference:1", "reference:99999999999", "reference:x"}) {
            var error =
                    assertThrows(BackendUnavailableException.class, () -> Devices.open(selector));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith("there is no device '" + selector + "'"), message);
        }
    }

    @Test
    void everyBackendIsListed() {
        assertTrue(
                Devices.list().stream()
                        .anyMatch(
                                listing ->
                                        listing.backend().equals("reference")
                                                && listing.availability()
                                                        instanceof Availability.Ready));
    }

    private record Provider(String name, int preference, Availability probe)
            implements BackendProvider {
        @Override
        public Backend open(int index) {
            throw new DeviceLostException(name + " is lost");
        }
    }

    @Test
    void theBestIsTheFirstThatOpens() {
        Provider missing =
                new Provider("absent", 200, new Availability.Unavailable("no driver", "get one"));
        Provider broken = new Provider("broken", 150, new Availability.Ready(List.of()));
        List<String> notes = new ArrayList<>();
        try (Device device =
                Devices.best(List.of(missing, broken, new ReferenceProvider()), notes::add)) {
            assertEquals("reference", device.info().selector());
        }
        assertEquals("absent: no driver (get one)", notes.getFirst());
        assertEquals("broken: cannot be opened (broken is lost)", notes.get(1));
        var error =
                assertThrows(
                        BackendUnavailableException.class,
                        () -> Devices.best(List.of(missing, broken), notes::add));
        assertEquals(
                "no backend can be used: absent: no driver (get one);"
                        + " broken: cannot be opened (broken is lost)",
                error.getMessage());
    }

    @Test
    void operandsShareADevice() {
        try (Device one = Devices.open("reference");
                Device other = Devices.open("reference");
                Scope _ = one.scope();
                Scope _ = other.scope()) {
            Tensor a = one.zeros(2, 2);
            Tensor b = other.zeros(2, 2);
            Tensor labels = other.tensor(new int[] {0, 1});
            assertThrows(IllegalArgumentException.class, () -> a.add(b));
            assertThrows(IllegalArgumentException.class, () -> a.matmul(b));
            assertThrows(IllegalArgumentException.class, () -> a.assign(b));
            assertThrows(IllegalArgumentException.class, () -> a.gather(labels));
            assertThrows(IllegalArgumentException.class, () -> Tensor.concat(0, a, b));
            assertThrows(IllegalArgumentException.class, () -> Losses.mse(a, b));
            assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(a, labels));
            DropoutState dropout = new DropoutState(other, 1);
            assertThrows(IllegalArgumentException.class, () -> dropout.apply(a, 0.5));
        }
    }

    @Test
    void valuesFillTheirShape() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            assertThrows(ShapeException.class, () -> device.tensor(new float[5], 2, 3));
            assertThrows(ShapeException.class, () -> device.tensor(new int[5], 2, 3));
            assertThrows(ShapeException.class, () -> device.zeros(2).item());
            assertEquals(3, device.scalar(3).item());
            assertEquals(0, device.tensor(new float[0]).size());
            assertEquals(0.5, device.tensor(new double[] {0.5}, 1, 1).item());
        }
    }
}

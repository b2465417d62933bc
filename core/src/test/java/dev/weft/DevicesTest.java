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
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

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
        public Backend open(int index, DeviceOptions options) {
            throw new DeviceLostException(name + " is lost");
        }
    }

    private static Device best(List<String> notes, BackendProvider... ranked) {
        return Devices.best(List.of(ranked), DeviceOptions.defaults(), notes::add);
    }

    @Test
    void theBestIsTheFirstThatOpens() {
        Provider missing =
                new Provider("absent", 200, new Availability.Unavailable("no driver", "get one"));
        Provider broken = new Provider("broken", 150, new Availability.Ready(List.of()));
        List<String> notes = new ArrayList<>();
        try (Device device = best(notes, missing, broken, new ReferenceProvider())) {
            assertEquals("reference", device.info().selector());
        }
        assertEquals("absent: no driver (get one)", notes.getFirst());
        assertEquals("broken: cannot be opened (broken is lost)", notes.get(1));
        var error =
                assertThrows(BackendUnavailableException.class, () -> best(notes, missing, broken));
        assertEquals(
                "no backend can be used: absent: no driver (get one);"
                        + " broken: cannot be opened (broken is lost)",
                error.getMessage());
    }

    /** A provider that fails at one of its methods, with an error. */
    public abstract static class Faulty implements BackendProvider {
        private final String at;

        Faulty(String at) {
            this.at = at;
            fail("made");
        }

        private void fail(String here) {
            if (at.equals(here)) {
                throw new NoClassDefFoundError("some/library/Class");
            }
        }

        @Override
        public String name() {
            fail("name");
            return "faulty at " + at;
        }

        @Override
        public int preference() {
            fail("preference");
            return 300;
        }

        @Override
        public Availability probe() {
            fail("probe");
            return new Availability.Ready(List.of());
        }

        @Override
        public Set<DeviceOptions.Option> options() {
            fail("options");
            return Set.of();
        }

        @Override
        public Backend open(int index, DeviceOptions options) {
            fail("open");
            throw new DeviceLostException("lost");
        }
    }

    /** Cannot be made. */
    public static final class Unmakeable extends Faulty {
        /** Fails. */
        public Unmakeable() {
            super("made");
        }
    }

    /** Has no name. */
    public static final class Nameless extends Faulty {
        /** For the loader. */
        public Nameless() {
            super("name");
        }
    }

    /** Cannot be ranked. */
    public static final class Unranked extends Faulty {
        /** For the loader. */
        public Unranked() {
            super("preference");
        }
    }

    /** Cannot be asked. */
    public static final class Mute extends Faulty {
        /** For the loader. */
        public Mute() {
            super("probe");
        }
    }

    /** Cannot say what it takes. */
    public static final class Closed extends Faulty {
        /** For the loader. */
        public Closed() {
            super("options");
        }
    }

    /** Cannot be opened. */
    public static final class Shut extends Faulty {
        /** For the loader. */
        public Shut() {
            super("open");
        }
    }

    @Test
    void providersThatFailAreListedWithTheReason(@TempDir Path folder) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.write(
                services.resolve(BackendProvider.class.getName()),
                List.of(
                        Unmakeable.class.getName(),
                        "there.is.no.such.Provider",
                        Nameless.class.getName(),
                        Unranked.class.getName(),
                        Mute.class.getName(),
                        Closed.class.getName(),
                        Shut.class.getName()));
        List<BackendProvider> providers;
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, DevicesTest.class.getClassLoader())) {
            providers = GuardedProvider.all(ServiceLoader.load(BackendProvider.class, loader));
        }
        // With those of the class path, the reference backend at least.
        List<BackendProvider> faulty =
                providers.stream()
                        .filter(p -> p.name().matches("faulty.*|\\?|.*DevicesTest.*"))
                        .toList();
        assertEquals(7, faulty.size());
        for (BackendProvider provider : faulty) {
            assertTrue(provider.preference() > 0, provider.name());
            assertEquals(Set.of(), provider.options());
            switch (provider.probe()) {
                case Availability.Ready _ -> assertEquals("faulty at open", provider.name());
                case Availability.Unavailable missing -> {
                    String cause =
                            provider.name().equals("?")
                                    ? "there.is.no.such.Provider"
                                    : "some/library/Class";
                    assertTrue(missing.reason().contains(cause), missing.reason());
                }
            }
        }
        faulty = new ArrayList<>(faulty);
        faulty.add(new ReferenceProvider());
        List<String> notes = new ArrayList<>();
        try (Device device = Devices.best(faulty, DeviceOptions.defaults(), notes::add)) {
            assertEquals("reference", device.info().selector());
        }
        assertTrue(notes.toString().contains("faulty at open: cannot be opened"), notes.toString());
    }

    /** The advice to add the CPU backend is for those who have none. */
    @Test
    void theCpuBackendIsNotMissingWhereItCannotBeUsed() {
        Provider cpu =
                new Provider("cpu", 100, new Availability.Unavailable("no vectors", "add them"));
        List<String> notes = new ArrayList<>();
        best(notes, cpu, new ReferenceProvider()).close();
        assertEquals(List.of("cpu: no vectors (add them)"), notes);
        notes.clear();
        best(notes, new ReferenceProvider()).close();
        assertEquals(List.of("no fast backend was found (add weft-cpu-backend)"), notes);
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

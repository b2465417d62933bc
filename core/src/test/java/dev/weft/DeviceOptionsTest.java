package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DeviceOptions.Option;
import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.DeviceOptionException;
import dev.weft.backend.GemmKernels;
import dev.weft.reference.ReferenceBackend;
import dev.weft.reference.ReferenceProvider;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a device is opened with. */
class DeviceOptionsTest {
    private final List<DeviceOptions> opened = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** Has threads, of which it takes up to four. */
    private final class Threaded implements BackendProvider {
        @Override
        public String name() {
            return "threaded";
        }

        @Override
        public int preference() {
            return 100;
        }

        @Override
        public Availability probe() {
            return new Availability.Ready(List.of(new ReferenceBackend().info()));
        }

        @Override
        public Set<Option> options() {
            return Set.of(Option.THREADS);
        }

        @Override
        public Backend open(int index, DeviceOptions options) {
            if (options.threads().orElse(1) > 4) {
                throw options.refused(Option.THREADS, "threaded", "it must be from 1 to 4");
            }
            opened.add(options);
            return new ReferenceBackend();
        }
    }

    private static String refusal(Runnable open) {
        return String.valueOf(assertThrows(DeviceOptionException.class, open::run).getMessage());
    }

    @Test
    void eachSettingMakesOtherOptions() {
        DeviceOptions none = DeviceOptions.defaults();
        DeviceOptions two = none.threads(2);
        DeviceOptions all =
                two.vectorBits(256)
                        .gemm(GemmKernels.OWN)
                        .cacheFolder(Path.of("kernels"))
                        .threads(3);
        assertEquals(Set.of(), none.given());
        assertEquals(Set.of(Option.THREADS), two.given());
        assertEquals(OptionalInt.empty(), none.threads());
        assertEquals(OptionalInt.of(2), two.threads());
        assertEquals(OptionalInt.empty(), two.vectorBits());
        assertEquals(Optional.empty(), two.gemm());
        assertEquals(OptionalInt.of(3), all.threads());
        assertEquals(OptionalInt.of(256), all.vectorBits());
        assertEquals(Optional.of(GemmKernels.OWN), all.gemm());
        assertEquals(Optional.of(Path.of("kernels")), all.cacheFolder());
        assertEquals(
                "options(threads=3, vectorBits=256, gemm=own, cacheFolder=kernels)",
                all.toString());
    }

    @Test
    void aNamedDeviceRefusesWhatItDoesNotHave() {
        DeviceOptions options = DeviceOptions.defaults().gemm(GemmKernels.VENDOR);
        assertEquals(
                "open: the option gemm of reference:0 is vendor, but this device has no such"
                        + " option: leave it out (those it has: none)",
                refusal(() -> Devices.open("reference:0", options)));
        Devices.open("reference:0", DeviceOptions.defaults()).close();
    }

    @Test
    void theBestLeavesOutWhatItDoesNotHaveAndSaysSo() {
        DeviceOptions options = DeviceOptions.defaults().threads(2).cacheFolder(Path.of("kernels"));
        Devices.best(List.of(new Threaded()), options, notes::add).close();
        assertEquals(Set.of(Option.THREADS), opened.getFirst().given());
        assertEquals(OptionalInt.of(2), opened.getFirst().threads());
        assertTrue(
                notes.contains("threaded has no option cacheFolder: kernels was left out"),
                notes.toString());
    }

    /** Going on to a slower device would hide it. */
    @Test
    void theBestRefusesAValueThatItCannotHave() {
        List<BackendProvider> ranked = List.of(new Threaded(), new ReferenceProvider());
        DeviceOptions options = DeviceOptions.defaults().threads(5);
        assertEquals(
                "open: the option threads of threaded is 5, but it must be from 1 to 4",
                refusal(() -> Devices.best(ranked, options, notes::add)));
        assertEquals(List.of(), notes);
    }

    @Test
    void theListSaysWhatEachTakes() {
        assertTrue(
                Devices.list().stream()
                        .anyMatch(
                                listing ->
                                        listing.backend().equals("reference")
                                                && listing.options().isEmpty()));
    }
}

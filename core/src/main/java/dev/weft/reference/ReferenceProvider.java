package dev.weft.reference;

import dev.weft.DeviceOptions;
import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;

import java.util.List;

/** Provides the reference backend, which is always there and never preferred. */
public final class ReferenceProvider implements BackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public ReferenceProvider() {}

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability.Ready(List.of(ReferenceBackend.INFO));
    }

    @Override
    public Backend open(int index, DeviceOptions options) {
        return new ReferenceBackend();
    }
}

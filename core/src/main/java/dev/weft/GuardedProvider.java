package dev.weft;

import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * A provider from elsewhere, which may fail in any way: one whose classes are missing or of another
 * version, or that breaks its promises, is a backend that cannot be used, and hides no other.
 */
final class GuardedProvider implements BackendProvider {
    private static final String REMEDY =
            "see whether all jars of this backend are there, of one version";

    private final String name;
    private final BackendProvider provider;

    private GuardedProvider(String name, BackendProvider provider) {
        this.name = name;
        this.provider = provider;
    }

    /** All that the loader finds, in its order; what cannot be made is there with the reason. */
    static List<BackendProvider> all(ServiceLoader<BackendProvider> loader) {
        List<BackendProvider> all = new ArrayList<>();
        Set<String> errors = new HashSet<>();
        Iterator<ServiceLoader.Provider<BackendProvider>> found = loader.stream().iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return all;
                }
                all.add(of(found.next()));
            } catch (ServiceConfigurationError e) {
                String reason = reason(e);
                if (!errors.add(reason)) {
                    // The loader comes no further.
                    return all;
                }
                all.add(new Broken("?", reason));
            }
        }
    }

    private static BackendProvider of(ServiceLoader.Provider<BackendProvider> found) {
        try {
            return guard(found.get());
        } catch (Throwable e) {
            return new Broken(found.type().getName(), reason(e));
        }
    }

    static BackendProvider guard(BackendProvider provider) {
        try {
            return new GuardedProvider(provider.name(), provider);
        } catch (Throwable e) {
            return new Broken(provider.getClass().getName(), reason(e));
        }
    }

    private static String reason(Throwable e) {
        return "its provider fails: "
                + e
                + (e.getCause() == null ? "" : ", caused by " + e.getCause());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int preference() {
        try {
            return provider.preference();
        } catch (Throwable e) {
            // Between the reference and any other: what is wrong is said by probe().
            return 1;
        }
    }

    @Override
    public Availability probe() {
        try {
            provider.preference();
            provider.options();
            return provider.probe();
        } catch (Throwable e) {
            return new Availability.Unavailable(reason(e), REMEDY);
        }
    }

    @Override
    public Set<DeviceOptions.Option> options() {
        try {
            return provider.options();
        } catch (Throwable e) {
            // What is wrong is said by probe().
            return Set.of();
        }
    }

    @Override
    public Backend open(int index, DeviceOptions options) {
        try {
            return provider.open(index, options);
        } catch (Error e) {
            throw new BackendUnavailableException(
                    "%s: %s; %s".formatted(name, reason(e), REMEDY), e);
        }
    }

    /** One that does not even have a name. */
    private record Broken(String name, String reason) implements BackendProvider {
        @Override
        public int preference() {
            return 1;
        }

        @Override
        public Availability probe() {
            return new Availability.Unavailable(reason, REMEDY);
        }

        @Override
        public Backend open(int index, DeviceOptions options) {
            throw new BackendUnavailableException(name + ": " + reason + "; " + REMEDY);
        }
    }
}

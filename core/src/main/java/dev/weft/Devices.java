package dev.weft;

import dev.weft.backend.Availability;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOptionException;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Finds and opens devices. A backend is found where it is on the module path or class path. */
public final class Devices {
    private static final System.Logger LOG = System.getLogger(Devices.class.getName());

    private Devices() {}

    /**
     * A backend and whether it can be used here.
     *
     * @param backend its name
     * @param availability its devices, or what is missing
     * @param options those that its devices can be opened with
     */
    public record Listing(
            String backend, Availability availability, Set<DeviceOptions.Option> options) {}

    /**
     * Every backend that was found, the most preferred first. A backend whose provider fails is
     * listed as unavailable, with what it threw.
     */
    public static List<Listing> list() {
        return ranked().stream()
                .map(p -> new Listing(p.name(), p.probe(), Set.copyOf(p.options())))
                .toList();
    }

    /**
     * Opens a device: {@code cpu}, {@code opencl:1} (the second device of that backend), or {@code
     * opencl:nvidia} (the first whose description contains the text, in any case).
     *
     * @throws BackendUnavailableException where there is no such backend or device, or it cannot be
     *     used, saying why and what to do
     */
    public static Device open(String selector) {
        return open(selector, DeviceOptions.defaults());
    }

    /**
     * As {@link #open(String)}, with options for this device alone.
     *
     * @throws BackendUnavailableException where there is no such backend or device, or it cannot be
     *     used, saying why and what to do
     * @throws DeviceOptionException where the device does not take an option, or not this value of
     *     it, saying what it takes
     */
    public static Device open(String selector, DeviceOptions options) {
        int colon = selector.indexOf(':');
        String name = colon < 0 ? selector : selector.substring(0, colon);
        String which = colon < 0 ? "" : selector.substring(colon + 1);
        List<BackendProvider> providers = providers();
        for (BackendProvider provider : providers) {
            if (provider.name().equals(name)) {
                return switch (provider.probe()) {
                    case Availability.Ready ready -> {
                        int index = index(selector, which, ready.devices());
                        checkTakes(provider, selector, options);
                        yield new Device(provider.open(index, options));
                    }
                    case Availability.Unavailable missing ->
                            throw new BackendUnavailableException(
                                    name + ": " + missing.reason() + "; " + missing.remedy());
                };
            }
        }
        throw new BackendUnavailableException(
                "there is no backend '"
                        + name
                        + "'; found: "
                        + providers.stream()
                                .map(BackendProvider::name)
                                .collect(Collectors.joining(", ")));
    }

    private static void checkTakes(
            BackendProvider provider, String selector, DeviceOptions options) {
        Set<DeviceOptions.Option> taken = provider.options();
        for (DeviceOptions.Option option : options.given()) {
            if (!taken.contains(option)) {
                throw options.refused(
                        option,
                        selector,
                        "this device has no such option: leave it out (those it has: %s)"
                                .formatted(DeviceOptions.names(taken)));
            }
        }
    }

    /**
     * Opens the most preferred device that can be used. Backends that are present and cannot be
     * used are named, with the reason, in a log message at WARNING, and so is a choice of the
     * reference backend, which is slow.
     *
     * @throws BackendUnavailableException where none can be used, with the reason of each
     */
    public static Device best() {
        return best(DeviceOptions.defaults());
    }

    /**
     * As {@link #best()}, with options for this device alone. They do not change which device is
     * chosen: an option that it does not have is left out, and the log says so.
     *
     * @throws BackendUnavailableException where none can be used, with the reason of each
     * @throws DeviceOptionException where the chosen device has an option, and cannot be opened
     *     with this value of it
     */
    public static Device best(DeviceOptions options) {
        List<String> notes = new ArrayList<>();
        Device device = best(options, notes::add);
        if (!notes.isEmpty()) {
            LOG.log(Level.WARNING, "{0} was chosen: {1}", device, String.join("; ", notes));
        }
        return device;
    }

    /**
     * As {@link #best()}, for programs that show themselves what was passed over: nothing is
     * logged.
     *
     * @param note takes what would be logged, one reason at a time
     * @throws BackendUnavailableException where none can be used, with the reason of each
     */
    public static Device best(Consumer<String> note) {
        return best(DeviceOptions.defaults(), note);
    }

    /**
     * As {@link #best(DeviceOptions)}, for programs that show themselves what was passed over, and
     * which options were left out.
     *
     * @param note takes what would be logged, one reason at a time
     * @throws BackendUnavailableException where none can be used, with the reason of each
     * @throws DeviceOptionException where the chosen device has an option, and cannot be opened
     *     with this value of it
     */
    public static Device best(DeviceOptions options, Consumer<String> note) {
        return best(ranked(), options, note);
    }

    static Device best(List<BackendProvider> ranked, DeviceOptions options, Consumer<String> note) {
        List<String> passedOver = new ArrayList<>();
        for (BackendProvider provider : ranked) {
            Optional<Device> opened = tryOpen(provider, options, passedOver);
            if (opened.isPresent()) {
                if (provider.preference() <= 0
                        && ranked.stream().noneMatch(other -> other.name().equals("cpu"))) {
                    passedOver.add("no fast backend was found (add weft-cpu-backend)");
                }
                passedOver.forEach(note);
                leftOut(provider, options).forEach(note);
                return opened.get();
            }
        }
        throw new BackendUnavailableException(
                "no backend can be used: " + String.join("; ", passedOver));
    }

    /** A backend's first device, or nothing, with the reason. */
    private static Optional<Device> tryOpen(
            BackendProvider provider, DeviceOptions options, List<String> passedOver) {
        String name = provider.name();
        if (provider.probe() instanceof Availability.Unavailable(String reason, String remedy)) {
            passedOver.add(name + ": " + reason + " (" + remedy + ")");
            return Optional.empty();
        }
        try {
            return Optional.of(new Device(provider.open(0, options.only(provider.options()))));
        } catch (DeviceOptionException e) {
            // On another device it would have no meaning, or the user would not see that it fails.
            throw e;
        } catch (RuntimeException e) {
            // A device that is there and fails, as one that another process has filled.
            passedOver.add(name + ": cannot be opened (" + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    /** What is to be said of options that a device does not have. */
    private static List<String> leftOut(BackendProvider provider, DeviceOptions options) {
        Set<DeviceOptions.Option> taken = provider.options();
        return options.given().stream()
                .filter(option -> !taken.contains(option))
                .map(
                        option ->
                                "%s has no option %s: %s was left out"
                                        .formatted(
                                                provider.name(),
                                                option.label(),
                                                options.text(option)))
                .toList();
    }

    private static int index(String selector, String which, List<DeviceInfo> devices) {
        if (which.isEmpty()) {
            return 0;
        }
        if (which.chars().allMatch(Character::isDigit) && which.length() < 10) {
            int index = Integer.parseInt(which);
            if (index < devices.size()) {
                return index;
            }
        } else {
            for (int i = 0; i < devices.size(); i++) {
                String description = devices.get(i).description().toLowerCase(Locale.ROOT);
                if (description.contains(which.toLowerCase(Locale.ROOT))) {
                    return i;
                }
            }
        }
        throw new BackendUnavailableException(
                "there is no device '"
                        + selector
                        + "'; found: "
                        + devices.stream()
                                .map(
                                        device ->
                                                device.selector()
                                                        + " ("
                                                        + device.description()
                                                        + ")")
                                .collect(Collectors.joining(", ")));
    }

    private static List<BackendProvider> providers() {
        return GuardedProvider.all(
                ServiceLoader.load(BackendProvider.class, Devices.class.getClassLoader()));
    }

    /**
     * The most preferred first. Ranking may look for devices, which opening one by name does not.
     */
    private static List<BackendProvider> ranked() {
        record Ranked(BackendProvider provider, int preference) {}
        return providers().stream()
                .map(provider -> new Ranked(provider, provider.preference()))
                .sorted(Comparator.comparingInt(Ranked::preference).reversed())
                .map(Ranked::provider)
                .toList();
    }
}

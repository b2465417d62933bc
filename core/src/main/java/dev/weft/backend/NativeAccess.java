package dev.weft.backend;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Java's permission to call native code and to read memory by its address (JEP 472), which an
 * option gives to modules. Without it Java warns at the first attempt, or with {@code
 * --illegal-native-access=deny} throws an {@link IllegalCallerException}.
 */
public final class NativeAccess {
    private NativeAccess() {}

    /**
     * What a backend says that was refused.
     *
     * @param users a class of each module that needs the permission
     */
    public static Availability.Unavailable refused(Class<?>... users) {
        String modules =
                Arrays.stream(users)
                        .map(Class::getModule)
                        .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
                        .distinct()
                        .collect(Collectors.joining(","));
        return new Availability.Unavailable(
                "Java was started so that it refuses access to native memory and code",
                "start Java with --enable-native-access=" + modules);
    }

    /** Whether it was refusal that an attempt from this class's module has failed of. */
    public static boolean isRefused(Class<?> user) {
        // An attempt that was let through gives the permission for good.
        return !user.getModule().isNativeAccessEnabled();
    }
}

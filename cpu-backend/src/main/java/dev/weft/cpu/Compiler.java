package dev.weft.cpu;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether this JVM compiles vector operations to the processor's: HotSpot's C2 does. Without it
 * each of them is a call that makes an object, and kernels take a hundred times as long and more.
 */
final class Compiler {
    private static final System.Logger LOG = System.getLogger(Compiler.class.getName());

    private static final Optional<String> LACK =
            lack(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""));

    /** Whether scalar loops are faster. */
    static final boolean IS_SCALAR = LACK.isPresent();

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private Compiler() {}

    /**
     * Why vectors are slow here; empty where nothing speaks against them.
     *
     * @param name the system property {@code java.vm.name}
     * @param info the system property {@code java.vm.info}
     */
    static Optional<String> lack(String name, String info) {
        if (info.contains("interpreted mode")) {
            return Optional.of("Java only interprets: drop -Xint");
        }
        if (info.contains("emulated-client")) {
            return Optional.of("Java compiles without C2: drop -XX:TieredStopAtLevel=1");
        }
        if (!name.contains("OpenJDK") && !name.contains("HotSpot")) {
            return Optional.of(
                    "the JVM '" + name + "' is not known to compile vectors: use an OpenJDK");
        }
        return Optional.empty();
    }

    /** Warns once where vectors are slow. */
    static void warn() {
        if (LACK.isPresent() && !SAID.getAndSet(true)) {
            LOG.log(
                    Level.WARNING,
                    "cpu: vector operations are not compiled here, so that kernels are 10 to 100"
                            + " times slower than they could be. {0}",
                    LACK.get());
        }
    }
}

package dev.weft.gpu;

/**
 * A kernel does not compile on this device. The message carries the compiler's log and the source
 * with line numbers.
 */
public final class KernelBuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The failure of compiling {@code source}. */
    public KernelBuildException(KernelSource source, String device, String log) {
        super(
                source.file()
                        + " does not compile on "
                        + device
                        + " (options: "
                        + String.join(" ", source.options())
                        + "):\n"
                        + log.strip()
                        + "\n"
                        + source.numbered());
    }
}

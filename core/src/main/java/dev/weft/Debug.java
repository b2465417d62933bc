package dev.weft;

/** Whether to remember where devices, captures and tensors were made. */
final class Debug {
    /** The system property {@code weft.debug}. */
    static final boolean IS_ON = Boolean.getBoolean("weft.debug");

    private Debug() {}
}

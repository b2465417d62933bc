package dev.weft.cli;

/** The program's exit codes. */
enum Exit {
    /** Everything was done. */
    DONE(0),
    /** A bug in Weft. */
    BUG(1),
    /** {@code check} has found that a case fails. */
    CASE_FAILED(1),
    /** Something that the user can mend: an option, a file, a device, memory, a full disk. */
    BAD_INPUT(2),
    /** {@code predict} has found no digit in a picture, and classified the others. */
    NO_DIGIT(3);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}

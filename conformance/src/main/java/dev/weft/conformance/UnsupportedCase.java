package dev.weft.conformance;

/** What an external case asks for and Weft cannot do yet: neither passed nor failed. */
final class UnsupportedCase extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedCase(String what) {
        super(what);
    }
}

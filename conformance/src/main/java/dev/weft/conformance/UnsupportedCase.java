package dev.weft.conformance;

/** What an external case asks for and Weft cannot do yet: neither passed nor failed. */
final class UnsupportedCase extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String operator;

    UnsupportedCase(String what) {
        this("", what);
    }

    /** Of a case that is known by its operator, though not read to its end. */
    UnsupportedCase(String operator, String what) {
        super(what);
        this.operator = operator;
    }

    /** The operator, or an empty text where whoever runs the case knows it. */
    String operator() {
        return operator;
    }
}

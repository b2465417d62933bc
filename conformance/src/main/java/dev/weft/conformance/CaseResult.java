package dev.weft.conformance;

/**
 * What became of a case on a device.
 *
 * @param name the case's path below the folder that was checked
 * @param operator what it is a case of, or {@link #UNREADABLE}
 * @param worst the largest |actual - expected| as a fraction of what is allowed: at most 1 where
 *     the case has passed; infinite where something has no such number, as a NaN in the place of 1;
 *     NaN where nothing was compared
 * @param reason why it has not passed, or an empty text
 */
public record CaseResult(
        String name, String operator, Outcome outcome, double worst, String reason) {
    /** The operator of a case whose file cannot be read. */
    public static final String UNREADABLE = "unreadable";

    /** Passed, failed, or neither. */
    public enum Outcome {
        /** Every result, and every gradient, is what was expected. */
        PASSED,
        /** Something is not, or the case cannot be read. */
        FAILED,
        /** The case asks for what Weft, or this device, does not have. */
        UNSUPPORTED
    }
}

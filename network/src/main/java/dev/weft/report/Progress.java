package dev.weft.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far a run is.
 *
 * @param stage such as "epoch 3 of 10, step 120 of 500"
 * @param fraction of the run that is done, from 0 to 1; NaN where that is not known
 * @param secondsLeft NaN where that is not known
 * @param facts what else is to be read, in its order: the learning rate, figures so far
 */
public record Progress(
        String stage, double fraction, double secondsLeft, Map<String, String> facts) {
    /** Keeps the facts as they are now. */
    public Progress {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
}

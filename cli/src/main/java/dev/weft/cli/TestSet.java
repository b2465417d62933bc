package dev.weft.cli;

import dev.weft.metrics.Regression;
import dev.weft.nn.Task;
import dev.weft.report.Picture;
import dev.weft.train.Meter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Examples that are tested on, as people see them. */
interface TestSet {
    /** Where the examples come from, for people. */
    String description();

    Task task();

    /** The classes' or labels' names; none where numbers are learnt. */
    List<String> classes();

    /** What is learnt, such as a column's name. */
    default String targetName() {
        return "target";
    }

    /** An example of the test as a picture; null where it is none. */
    default @Nullable Picture picture(int example) throws IOException {
        return null;
    }

    /** Examples of the test, by their numbers, as names and values; none where one is a picture. */
    default List<Map<String, String>> rows(List<Integer> examples) throws IOException {
        return Collections.nCopies(examples.size(), Map.of());
    }

    /** The figures of a test, in the units of the data. */
    default Meter meter(Decision decision) {
        return task() == Task.REGRESSION
                ? Meter.regression(new Regression(), this::restored)
                : decision.meter(task(), classes().size());
    }

    /** What makes a network's predictions the numbers of the data. */
    default double restored(double prediction) {
        return prediction;
    }
}

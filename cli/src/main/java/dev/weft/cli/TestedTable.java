package dev.weft.cli;

import dev.weft.data.table.Table;
import dev.weft.data.table.Target;
import dev.weft.nn.Task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a table that are tested on.
 *
 * @param description the file
 * @param rows those that have a target, in their order
 * @param target what is predicted
 */
record TestedTable(String description, Table rows, Target target) implements TestSet {
    @Override
    public Task task() {
        return TableProblem.task(target);
    }

    @Override
    public List<String> classes() {
        return TableProblem.classes(target);
    }

    @Override
    public String targetName() {
        return target.field().name();
    }

    @Override
    public double restored(double prediction) {
        return target instanceof Target.Regression numbers
                ? numbers.restore(prediction)
                : prediction;
    }

    @Override
    public Map<String, String> row(int example) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("line", Long.toString(rows.line(example)));
        for (String column : rows.schema().names()) {
            row.put(column, rows.texts(column).get(example));
        }
        return row;
    }
}

package dev.weft.cli;

import dev.weft.data.table.ColumnType;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.Schema;
import dev.weft.data.table.Table;
import dev.weft.data.table.TableSource;
import dev.weft.data.table.Target;
import dev.weft.nn.Task;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Rows of a table that are tested on.
 *
 * @param description the file
 * @param source all rows, of which those with a target count
 * @param preprocessing of the model
 */
record TestedTable(String description, TableSource source, Preprocessing preprocessing)
        implements TestSet {
    private Target target() {
        return preprocessing.target();
    }

    @Override
    public Task task() {
        return TableProblem.task(target());
    }

    @Override
    public List<String> classes() {
        return TableProblem.classes(target());
    }

    @Override
    public String targetName() {
        return target().field().name();
    }

    @Override
    public double restored(double prediction) {
        return target() instanceof Target.Regression numbers
                ? numbers.restore(prediction)
                : prediction;
    }

    /** By one pass over the table, up to the last of them. */
    @Override
    public List<Map<String, String>> rows(List<Integer> examples) throws IOException {
        // Columns that the model does not take may hold anything.
        Map<String, ColumnType> texts = new HashMap<>();
        preprocessing.unused(source.schema()).forEach(column -> texts.put(column, ColumnType.TEXT));
        Schema all = source.schema().with(texts);
        Map<Integer, Map<String, String>> found = new HashMap<>();
        try (TableSource.Chunks pass = source.open(all)) {
            int before = 0;
            while (!found.keySet().containsAll(examples)) {
                Table chunk = pass.next();
                if (chunk == null) {
                    throw new IOException(source.name() + ": has lost rows since it was tested");
                }
                Table rows = preprocessing.labelled(chunk);
                int first = before;
                before += rows.rows();
                IntStream.range(first, before)
                        .filter(examples::contains)
                        .forEach(number -> found.put(number, row(rows, number - first)));
            }
        }
        return examples.stream().map(found::get).toList();
    }

    private static Map<String, String> row(Table rows, int number) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("line", Long.toString(rows.line(number)));
        for (String column : rows.schema().names()) {
            row.put(column, rows.texts(column).get(number));
        }
        return row;
    }
}

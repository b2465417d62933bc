package dev.weft.benchmarks;

import dev.weft.data.Examples;
import dev.weft.data.Source;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.FittedTable;
import dev.weft.data.table.Preprocessing;
import dev.weft.random.Philox;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/**
 * What {@link DataSuite} starts: reads a CSV file and encodes its rows, on one thread, after a
 * preprocessing was fitted to them by another pass. By itself, with a number of rows, it writes the
 * file first and deletes it at the end; with a file too, it keeps it.
 */
final class TableReading {
    /** What the line begins with that has the result: bytes, seconds of a pass, MB of heap. */
    static final String RESULT = "read and encoded";

    /** Numbers of 1 to 17 digits, categories, dates and cells that are missing. */
    private static final int COLUMNS = 20;

    private static final String[] CITIES = {
        "Athens", "Berlin", "Cairo", "Delhi", "Edinburgh", "Florence", "Geneva", "Helsinki"
    };
    private static final int BATCH = 4096;

    private TableReading() {}

    public static void main(String[] args) throws IOException {
        int rows = Integer.parseInt(args[0]);
        Path file = args.length > 1 ? Path.of(args[1]) : Files.createTempFile("weft-", ".csv");
        try {
            if (Files.notExists(file) || Files.size(file) == 0) {
                write(file, rows);
            }
            read(file, rows);
        } finally {
            if (args.length < 2) {
                Files.delete(file);
            }
        }
    }

    private static void read(Path file, int rows) throws IOException {
        long bytes = Files.size(file);
        CsvSource source = CsvSource.open(file);
        long begin = System.nanoTime();
        FittedTable fitted = Preprocessing.builder().target("bought").ignore("row").fit(source);
        double fit = (System.nanoTime() - begin) * 1e-9;
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        begin = System.nanoTime();
        long read = 0;
        double sum = 0;
        try (Source.Pass pass = fitted.preprocessing().source(source).open()) {
            for (Examples some = pass.next(BATCH); some != null; some = pass.next(BATCH)) {
                read += some.size();
                sum += some.inputs().getFirst().get(0);
            }
        }
        double seconds = (System.nanoTime() - begin) * 1e-9;
        double cpuSeconds =
                (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) * 1e-9;
        if (read != rows || !Double.isFinite(sum)) {
            throw new IllegalStateException("read %d rows of %d".formatted(read, rows));
        }
        long heap =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                        .mapToLong(pool -> pool.getPeakUsage().getUsed())
                        .sum();
        System.out.printf(
                Locale.ROOT,
                "%d rows of %d columns to %d features; fitted with %.1f MB/s%n%s: %d bytes, %.3f s,"
                        + " %.1f MB/s (of the thread's own time %.1f), heap %d MB of %d%n",
                rows,
                COLUMNS,
                fitted.preprocessing().inputs(),
                bytes / fit * 1e-6,
                RESULT,
                bytes,
                seconds,
                bytes / seconds * 1e-6,
                bytes / cpuSeconds * 1e-6,
                heap >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    /** Writes a table of 20 columns, the same one each time. */
    static void write(Path file, int rows) throws IOException {
        Philox random = new Philox(20);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(
                    """
                    row,bought,age,income,visits,price,discount,weight,height,score,ratio,exact,city,plan,day,code,rain,balance,delay,rank
                    """
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder line = new StringBuilder();
            for (int row = 0; row < rows; row++) {
                line.setLength(0);
                line.append(row).append(random.nextInt(10) < 3 ? ",yes," : ",no,");
                line.append(18 + random.nextInt(70)).append(',');
                cell(line, random, random.nextInt(20_000_000) / 100.0);
                line.append(random.nextInt(1000)).append(',');
                cell(line, random, random.nextInt(100_000) / 100.0);
                line.append(random.nextInt(50)).append(',');
                cell(line, random, random.nextInt(1_000_000) / 10_000.0);
                cell(line, random, (random.nextInt(60_000) + 140_000) / 1000.0);
                cell(line, random, random.nextInt(1_000_000) / 1e6);
                cell(line, random, random.nextFloat());
                cell(line, random, random.nextGaussian());
                line.append(CITIES[random.nextInt(CITIES.length)]).append(',');
                line.append(random.nextInt(2) == 0 ? "\"basic, monthly\"," : "full,");
                line.append(LocalDate.ofEpochDay(15_000 + random.nextInt(5000))).append(',');
                line.append('k').append(random.nextInt(2000)).append(',');
                cell(line, random, Math.max(0, random.nextInt(400) - 200) / 10.0);
                cell(line, random, random.nextInt() / 100.0);
                line.append(-random.nextInt(3000)).append(',');
                line.append(random.nextInt(5)).append('\n');
                out.write(line.toString().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** A number, and one in fifty missing. */
    private static void cell(StringBuilder line, Philox random, double value) {
        if (random.nextInt(50) > 0) {
            line.append(value);
        }
        line.append(',');
    }
}

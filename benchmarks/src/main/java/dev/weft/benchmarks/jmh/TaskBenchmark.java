package dev.weft.benchmarks.jmh;

import dev.weft.benchmarks.Suite;
import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.Task;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** A task on a device of Weft's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public abstract class TaskBenchmark {
    /** Which backend. */
    @Param("cpu")
    public String backend = "cpu";

    /** On how many threads, where that is the CPU's. */
    @Param("2")
    public int threads = 2;

    private @Nullable WeftLibrary weft;
    private @Nullable Work work;

    /** The task's name. */
    abstract String task();

    /** Prepares the task, and checks a first result. */
    @Setup(Level.Trial)
    public void setUp() {
        Task task = Suite.task(task());
        WeftLibrary opened = WeftLibrary.open(backend, threads);
        weft = opened;
        Work prepared = opened.prepare(task).orElseThrow();
        work = prepared;
        for (int run = 0; run < task.runsBeforeCheck(); run++) {
            prepared.run();
        }
        task.check(opened.name(), prepared.result());
    }

    /** Does the task once. */
    void run() {
        if (work != null) {
            work.run();
        }
    }

    /** Closes the device. */
    @TearDown(Level.Trial)
    public void tearDown() {
        if (work != null) {
            work.close();
        }
        if (weft != null) {
            weft.close();
        }
    }
}

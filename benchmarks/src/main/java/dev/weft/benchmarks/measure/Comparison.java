package dev.weft.benchmarks.measure;

import dev.weft.DType;
import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.machine.MemoryPass;
import dev.weft.benchmarks.report.Figure;
import dev.weft.benchmarks.task.Task;
import dev.weft.benchmarks.task.Update;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Libraries that do the same tasks, in turns.
 *
 * @param libraries the first is the one that everything else is compared with
 * @param threads on how many threads
 * @param memory whether the machine's memory is measured beside what it limits: not where the first
 *     computes on a GPU
 */
public record Comparison(List<Library> libraries, int threads, boolean memory, Rounds rounds) {
    /** What so much is moved by, memory limits, and no cache. */
    private static final double MANY_BYTES = 1e8;

    /** A library that has prepared a task, and how far its first result is off. */
    private record Prepared(Library library, Work work, double error) {
        Rounds.Candidate candidate() {
            return new Rounds.Candidate(library.name(), work::run, library.settleMillis());
        }
    }

    /**
     * Times everybody who does a task, each after a first result that was right.
     *
     * @throws IllegalStateException where a result is wrong
     */
    public List<Figure> measure(Task task) {
        List<Prepared> prepared = new ArrayList<>();
        try {
            for (Library library : libraries) {
                Optional<Work> work = library.prepare(task);
                if (work.isPresent()) {
                    prepared.add(checked(task, library, work.get()));
                }
            }
            if (prepared.isEmpty()) {
                return List.of();
            }
            if (!memory || !(task instanceof Update) || task.bytes() < MANY_BYTES) {
                return figures(task, prepared, rounds.time(candidates(prepared)), Double.NaN);
            }
            try (MemoryPass pass = new MemoryPass(threads, task.bytes())) {
                List<Rounds.Candidate> all = candidates(prepared);
                all.add(new Rounds.Candidate("memory", pass::run, 0));
                List<Rounds.Timing> timings = rounds.time(all);
                double gbs = pass.bytes() / timings.removeLast().seconds() * 1e-9;
                return figures(task, prepared, timings, gbs);
            }
        } finally {
            // Works on one device close in the reverse order of their making.
            prepared.reversed().forEach(each -> each.work.close());
        }
    }

    private static Prepared checked(Task task, Library library, Work work) {
        boolean isRight = false;
        try {
            for (int run = 0; run < task.runsBeforeCheck(); run++) {
                work.run();
            }
            double[] result = work.result();
            task.check(library.name(), result);
            isRight = true;
            return new Prepared(library, work, task.error(result));
        } finally {
            if (!isRight) {
                work.close();
            }
        }
    }

    private static List<Rounds.Candidate> candidates(List<Prepared> prepared) {
        return new ArrayList<>(prepared.stream().map(Prepared::candidate).toList());
    }

    private List<Figure> figures(
            Task task, List<Prepared> prepared, List<Rounds.Timing> timings, double gbs) {
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < timings.size(); i++) {
            Rounds.Timing timing = timings.get(i);
            Prepared each = prepared.get(i);
            DType dtype = each.library.dtype(task);
            figures.add(
                    new Figure(
                            task.suite(),
                            task.family(),
                            task.what(),
                            dtype,
                            task.size(),
                            timing.name(),
                            threads,
                            timing.seconds() / each.work.times() * 1e6,
                            timing.spread(),
                            task.flops(),
                            // All that it counts is of that type.
                            task.bytes() * dtype.bytes() / task.dtype().bytes(),
                            timing.ratio(),
                            gbs,
                            each.error));
        }
        return figures;
    }
}

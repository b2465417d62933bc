package dev.weft.benchmarks.measure;

import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.report.Figure;
import dev.weft.benchmarks.task.Task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Libraries that do the same tasks, in turns.
 *
 * @param libraries the first is the one that everything else is compared with
 * @param threads on how many threads
 */
public record Comparison(List<Library> libraries, int threads, Rounds rounds) {
    /** A library that has prepared a task. */
    private record Prepared(Library library, Work work) {
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
                    prepared.add(new Prepared(library, work.get()));
                    check(task, library, work.get());
                }
            }
            return prepared.isEmpty() ? List.of() : time(task, prepared);
        } finally {
            // Works on one device close in the reverse order of their making.
            prepared.reversed().forEach(each -> each.work.close());
        }
    }

    private static void check(Task task, Library library, Work work) {
        for (int run = 0; run < task.runsBeforeCheck(); run++) {
            work.run();
        }
        task.check(library.name(), work.result());
    }

    private List<Figure> time(Task task, List<Prepared> prepared) {
        List<Rounds.Timing> timings =
                rounds.time(prepared.stream().map(Prepared::candidate).toList());
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < timings.size(); i++) {
            Rounds.Timing timing = timings.get(i);
            figures.add(
                    new Figure(
                            task.suite(),
                            task.family(),
                            task.what(),
                            task.size(),
                            timing.name(),
                            threads,
                            timing.seconds() / prepared.get(i).work.times() * 1e6,
                            timing.spread(),
                            task.flops(),
                            task.bytes(),
                            timing.ratio()));
        }
        return figures;
    }
}

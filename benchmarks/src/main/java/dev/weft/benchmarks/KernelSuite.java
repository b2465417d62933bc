package dev.weft.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** The kernels that memory limits, on arrays larger than caches. */
record KernelSuite(Comparison comparison) {
    List<Figure> run(int elements) {
        List<Figure> figures = new ArrayList<>();
        for (KernelCase.Work work : KernelCase.Work.values()) {
            List<KernelCase> cases =
                    comparison.devices().stream()
                            .map(device -> new KernelCase(device, work, elements))
                            .toList();
            try {
                List<Rounds.Candidate> candidates = new ArrayList<>();
                for (KernelCase weft : cases) {
                    weft.run();
                    weft.check();
                    candidates.add(new Rounds.Candidate(weft.name(), weft::run));
                }
                figures.addAll(
                        comparison.measure(
                                work.title() + ", " + elements + " elements",
                                (double) work.bytes() * elements,
                                Figure.Unit.GBS,
                                candidates));
            } finally {
                cases.forEach(KernelCase::close);
            }
        }
        return figures;
    }
}

package dev.weft.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Products of square matrices and of SimpleNet's layers, against other libraries. */
record GemmSuite(Comparison comparison, List<GemmPeer> peers) {
    /**
     * Squares, the first layer's product at batch 64 in every transposition, then the other
     * products of that step and some of an MLP.
     */
    static List<GemmShape> shapes(int largest) {
        List<GemmShape> shapes = new ArrayList<>();
        for (int size : new int[] {128, 256, 384, 512, 768, 1024, 1536, 2048, 4096}) {
            if (size <= largest) {
                shapes.add(new GemmShape(size, size, size, false, false));
            }
        }
        for (boolean transA : new boolean[] {false, true}) {
            for (boolean transB : new boolean[] {false, true}) {
                shapes.add(new GemmShape(64, 128, 784, transA, transB));
            }
        }
        shapes.add(new GemmShape(128, 784, 64, true, false));
        shapes.add(new GemmShape(64, 10, 128, false, true));
        shapes.add(new GemmShape(10, 128, 64, true, false));
        shapes.add(new GemmShape(64, 128, 10, false, false));
        shapes.add(new GemmShape(1, 128, 784, false, true));
        return shapes;
    }

    List<Figure> run(List<GemmShape> shapes) {
        List<Figure> figures = new ArrayList<>();
        for (GemmShape shape : shapes) {
            List<GemmCase> cases =
                    comparison.devices().stream().map(d -> new GemmCase(d, shape)).toList();
            try {
                figures.addAll(
                        comparison.measure(
                                "gemm " + shape,
                                shape.flops(),
                                Figure.Unit.GFLOPS,
                                candidates(shape, cases)));
            } finally {
                cases.forEach(GemmCase::close);
            }
        }
        return figures;
    }

    /** Every way to compute the product, each of which has computed it once correctly. */
    private List<Rounds.Candidate> candidates(GemmShape shape, List<GemmCase> cases) {
        List<Rounds.Candidate> candidates = new ArrayList<>();
        for (GemmCase weft : cases) {
            weft.run();
            weft.check(weft.name(), weft.result());
            candidates.add(new Rounds.Candidate(weft.name(), weft::run));
        }
        GemmCase drawn = cases.getFirst();
        for (GemmPeer peer : peers) {
            peer.prepare(
                    shape.m(),
                    shape.n(),
                    shape.k(),
                    shape.transA(),
                    shape.transB(),
                    drawn.a(),
                    drawn.b());
            peer.run();
            drawn.check(peer.name(), peer.result());
            candidates.add(new Rounds.Candidate(peer.name(), peer::run, peer.settleMillis()));
        }
        return candidates;
    }
}

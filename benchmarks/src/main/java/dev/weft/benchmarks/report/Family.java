package dev.weft.benchmarks.report;

import dev.weft.DType;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What belongs in one table: pieces of work of one kind, on one number of threads.
 *
 * @param rows one for each piece of work
 */
record Family(String suite, String name, int threads, List<Row> rows) {
    /**
     * One piece of work, by every library that did it.
     *
     * @param bestPeer the fastest that is not Weft, by the ratios of the rounds
     */
    record Row(List<Figure> figures, Optional<Figure> bestPeer) {
        Row(List<Figure> figures) {
            this(
                    figures,
                    figures.stream()
                            .filter(figure -> !isWeft(figure.library()))
                            .min(Comparator.comparingDouble(Figure::ratio)));
        }

        /** Whether some did it in another type than others. */
        boolean isOfSeveralTypes() {
            return figures.stream().map(Figure::dtype).distinct().count() > 1;
        }

        String what() {
            return figures.getFirst().what();
        }

        double size() {
            return figures.getFirst().size();
        }

        Optional<Figure> by(String library) {
            return figures.stream().filter(f -> f.library().equals(library)).findFirst();
        }

        /** The best peer's time over a figure's of Weft's: above 1 where Weft is faster. */
        double ratioToBestPeer(Figure weft) {
            return bestPeer.map(peer -> peer.ratio() / weft.ratio()).orElse(Double.NaN);
        }
    }

    /** Whether that is a device of Weft's, and not a peer. */
    static boolean isWeft(String library) {
        return library.startsWith("weft ");
    }

    /** Such as {@code gemm NN, squares, on 2 threads}. */
    String title() {
        return name + ", on " + threads(threads);
    }

    /** The type in which it computes. */
    DType dtype() {
        return rows.getFirst().figures().getFirst().dtype().computesIn();
    }

    /** So many threads, in words. */
    static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** Those with a figure here, in the order in which they were measured. */
    List<String> libraries() {
        return rows.stream()
                .flatMap(row -> row.figures().stream())
                .map(Figure::library)
                .distinct()
                .toList();
    }

    /** Those of them that are devices of Weft's. */
    List<String> devices() {
        return libraries().stream().filter(Family::isWeft).toList();
    }

    /** The times of a library, beside those of the first device in the same rounds. */
    Ratios toFirstDevice(String library) {
        return new Ratios(
                rows.stream()
                        .flatMap(row -> row.by(library).stream())
                        .map(figure -> new Ratios.Named(figure.what(), figure.ratio()))
                        .toList());
    }

    /** Whether there is anybody to compare Weft with. */
    boolean hasPeers() {
        return rows.stream().anyMatch(row -> row.bestPeer().isPresent());
    }

    /** How a device of Weft's compares with the best peer, piece by piece. */
    Ratios toBestPeer(String device) {
        return new Ratios(
                rows.stream()
                        .flatMap(
                                row ->
                                        row
                                                .by(device)
                                                .map(
                                                        weft ->
                                                                new Ratios.Named(
                                                                        row.what(),
                                                                        row.ratioToBestPeer(weft)))
                                                .stream())
                        .toList());
    }
}

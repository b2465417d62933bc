package dev.weft.conformance;

import static dev.weft.conformance.Input.distinct;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.PoolWindow;
import dev.weft.Pooling;
import dev.weft.Resizing;

import java.util.ArrayList;
import java.util.List;

/** Pooling and resizing, of one to three axes. */
final class PoolingCases {
    private PoolingCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        Input planes = distinct(2, 3, 5, 6);
        List<PoolWindow> windows =
                List.of(
                        PoolWindow.of(2, 2),
                        PoolWindow.of(3, 2).stride(1, 2).padding(1, 0),
                        PoolWindow.of(2, 3).stride(2).padding(1).ceil(true),
                        PoolWindow.of(2, 2).stride(1).dilation(2, 3));
        for (PoolWindow window : windows) {
            add(cases, window, planes);
        }
        add(cases, PoolWindow.of(2).stride(1), distinct(3, 7));
        add(
                cases,
                PoolWindow.of(2, 1, 2).padding(new int[] {1, 0, 0}, new int[] {0, 0, 1}),
                distinct(2, 3, 2, 3));
        cases.add(
                opCase(
                        "max pool of a view",
                        x -> Pooling.max(x[0].transpose(), PoolWindow.of(2, 2)).values(),
                        planes));
        Input few = normal(2, 1, 5, 4);
        cases.add(opCase("adaptive average", x -> Pooling.adaptiveAverage(x[0], 3, 2), few));
        cases.add(opCase("adaptive average of one", x -> Pooling.adaptiveAverage(x[0], 1, 1), few));
        cases.add(opCase("global average", x -> Pooling.globalAverage(x[0], 2), few));
        cases.add(opCase("global max", x -> Pooling.globalMax(x[0], 2), distinct(2, 3, 4)));
        for (Resizing.Mode mode : Resizing.Mode.values()) {
            for (boolean corners : new boolean[] {false, true}) {
                String name = "resize " + mode + (corners ? " by corners" : "");
                cases.add(opCase(name, x -> Resizing.resize(x[0], mode, corners, 7, 3), few));
                cases.add(
                        opCase(name + " line", x -> Resizing.resize(x[0], mode, corners, 1), few));
            }
        }
        return cases;
    }

    private static void add(List<OpCase> cases, PoolWindow window, Input x) {
        cases.add(opCase("max pool " + window, v -> Pooling.max(v[0], window).values(), x));
        cases.add(
                opCase(
                        "max pool's places " + window,
                        v -> Pooling.max(v[0], window).indices(),
                        x.constant()));
        for (boolean padded : new boolean[] {false, true}) {
            String name = "average pool " + window + (padded ? " padded" : "");
            cases.add(opCase(name, v -> Pooling.average(v[0], window, padded), x));
        }
    }
}

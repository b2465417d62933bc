package dev.weft.benchmarks;

import dev.weft.Shape;
import dev.weft.benchmarks.task.LayerKind;
import dev.weft.benchmarks.task.LayerPass;
import dev.weft.benchmarks.task.Task;

import java.util.ArrayList;
import java.util.List;

/** The layers that are measured, at the sizes that networks have. */
final class LayerTasks {
    private LayerTasks() {}

    /**
     * For a quick look each with its gradients, and one without; otherwise all with and without.
     */
    static List<Task> of(Suite.Extent extent) {
        List<Task> tasks = new ArrayList<>();
        boolean quick = extent == Suite.Extent.QUICK;
        for (LayerKind kind : LayerKind.values()) {
            for (Shape shape : quick ? List.of(small(kind)) : shapes(kind)) {
                if (!quick || kind == LayerKind.ATTENTION) {
                    tasks.add(new LayerPass(kind, false, shape));
                }
                tasks.add(new LayerPass(kind, true, shape));
            }
        }
        return tasks;
    }

    private static Shape small(LayerKind kind) {
        return switch (kind) {
            case MAX_POOL, MAX_POOL_OVERLAPPING, AVERAGE_POOL -> Shape.of(2, 3, 7, 6);
            case LAYER_NORM, RMS_NORM, LSTM, GRU -> Shape.of(3, 4, 8);
            case BATCH_NORM, GROUP_NORM -> Shape.of(2, LayerKind.GROUPS, 3, 5);
            case ATTENTION, CAUSAL_ATTENTION -> Shape.of(1, 2, 9, 8);
        };
    }

    private static List<Shape> shapes(LayerKind kind) {
        return switch (kind) {
            // A small CNN's images, and those at ResNet-50's entrance.
            case MAX_POOL, AVERAGE_POOL ->
                    List.of(Shape.of(64, 16, 28, 28), Shape.of(8, 64, 112, 112));
            case MAX_POOL_OVERLAPPING -> List.of(Shape.of(8, 64, 112, 112));
            // A small GPT's, and BERT's.
            case LAYER_NORM, RMS_NORM -> List.of(Shape.of(16, 128, 128), Shape.of(8, 128, 768));
            case BATCH_NORM -> List.of(Shape.of(8, 64, 56, 56), Shape.of(8, 512, 7, 7));
            // A U-Net's.
            case GROUP_NORM -> List.of(Shape.of(64, 32, 28, 28), Shape.of(8, 128, 32, 32));
            case ATTENTION, CAUSAL_ATTENTION ->
                    List.of(Shape.of(1, 8, 128, 64), Shape.of(1, 8, 1024, 64));
            case LSTM, GRU -> List.of(Shape.of(32, 64, 128));
        };
    }
}

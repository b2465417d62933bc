package dev.weft.benchmarks;

import dev.weft.benchmarks.task.ConvolutionPass;
import dev.weft.benchmarks.task.Task;

import java.util.ArrayList;
import java.util.List;

/** The convolutions that are measured: each distinct one of ResNet-50, and some of MobileNet. */
final class ConvolutionTasks {
    /**
     * Channels of x and y, the extent of x, the kernel's, the stride; the padding keeps extents.
     */
    private static final int[][] RESNET = {
        {3, 64, 224, 7, 2},
        {64, 64, 56, 1, 1},
        {64, 64, 56, 3, 1},
        {64, 256, 56, 1, 1},
        {256, 64, 56, 1, 1},
        {256, 128, 56, 1, 1},
        {128, 128, 56, 3, 2},
        {128, 512, 28, 1, 1},
        {256, 512, 56, 1, 2},
        {512, 128, 28, 1, 1},
        {128, 128, 28, 3, 1},
        {512, 256, 28, 1, 1},
        {256, 256, 28, 3, 2},
        {256, 1024, 14, 1, 1},
        {512, 1024, 28, 1, 2},
        {1024, 256, 14, 1, 1},
        {256, 256, 14, 3, 1},
        {1024, 512, 14, 1, 1},
        {512, 512, 14, 3, 2},
        {512, 2048, 7, 1, 1},
        {1024, 2048, 14, 1, 2},
        {2048, 512, 7, 1, 1},
        {512, 512, 7, 3, 1},
    };

    private static final int[][] DEPTHWISE = {
        {32, 112, 1}, {96, 112, 2}, {144, 56, 1}, {384, 14, 1}, {960, 7, 1},
    };

    private ConvolutionTasks() {}

    /** For a quick look, one of each kind; otherwise all, at batch 1, and if full at 8 too. */
    static List<Task> of(Suite.Extent extent) {
        List<Task> tasks = new ArrayList<>();
        for (ConvolutionPass.Pass pass : ConvolutionPass.Pass.values()) {
            if (extent == Suite.Extent.QUICK) {
                tasks.add(new ConvolutionPass(pass, 2, 3, 8, 9, 3, 2, 1, 1));
                tasks.add(new ConvolutionPass(pass, 2, 4, 4, 9, 3, 1, 1, 4));
                continue;
            }
            for (int batch : extent == Suite.Extent.FULL ? new int[] {1, 8} : new int[] {1}) {
                for (int[] layer : RESNET) {
                    tasks.add(
                            new ConvolutionPass(
                                    pass,
                                    batch,
                                    layer[0],
                                    layer[1],
                                    layer[2],
                                    layer[3],
                                    layer[4],
                                    layer[3] / 2,
                                    1));
                }
                for (int[] layer : DEPTHWISE) {
                    tasks.add(
                            new ConvolutionPass(
                                    pass, batch, layer[0], layer[0], layer[1], 3, layer[2], 1,
                                    layer[0]));
                }
            }
        }
        return tasks;
    }
}

package dev.weft.benchmarks;

import dev.weft.Devices;
import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.optim.OptimizerKind;

/** What {@link StartupSuite} starts: lists every device, then trains one step on one of them. */
final class FirstStep {
    /** The line that says that the step is done. */
    static final String DONE = "first step done";

    private static final int BATCH = 64;

    private FirstStep() {}

    public static void main(String[] args) {
        System.out.println(Devices.list());
        TrainingStep step = new TrainingStep(BATCH, OptimizerKind.SGD);
        try (WeftLibrary weft = WeftLibrary.open(args[0], Integer.parseInt(args[1]));
                Work work = weft.prepare(step).orElseThrow()) {
            work.run();
            System.out.println(DONE);
        }
    }
}

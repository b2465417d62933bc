package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.optim.OptimizerKind;

/** What {@link StartupSuite} starts: lists every device, then trains one step on one of them. */
final class FirstStep {
    /** The line that says that the step is done. */
    static final String DONE = "first step done";

    private static final int BATCH = 64;

    private FirstStep() {}

    public static void main(String[] args) {
        System.out.println(Devices.list());
        try (Device device = Devices.open(args[0]);
                TrainingCase training = new TrainingCase(device, BATCH, OptimizerKind.SGD)) {
            training.step();
            System.out.println(DONE);
        }
    }
}

package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.Tunable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

/** Lets a device measure its kernels and keep the fastest for later runs. */
@Command(
        name = "tune",
        description =
                "Measure a device's kernels and keep the fastest for later runs. Takes a minute or"
                        + " two; let the machine rest meanwhile.",
        mixinStandardHelpOptions = true)
final class TuneCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DEVICE",
            description = "A device such as opencl or opencl:1 (see weft devices).")
    private String selector = "";

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Device device = Devices.open(selector)) {
            Tunable tunable = device.backend().tunable();
            if (tunable == null) {
                throw new InputException(
                        selector + " has one kernel for each purpose: there is nothing to tune");
            }
            out.println("device: " + device.info().selector() + ", " + device.info().description());
            tunable.tune(out::println);
        }
        return 0;
    }
}

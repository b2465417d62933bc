package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.GemmPrecision;

import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The option that chooses a device, and what it says of the choice. */
final class BackendOption {
    private static final String AUTO = "auto";

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = AUTO,
            description =
                    "auto, cpu, opencl, cuda or reference, or a device such as opencl:1 or"
                            + " opencl:nvidia (see weft devices). Default: ${DEFAULT-VALUE}.")
    private String selector = AUTO;

    @Option(
            names = "--gemm-precision",
            paramLabel = "NAME",
            defaultValue = "f32",
            description =
                    "How matrix products may round what they multiply, for speed: f32 (not at all),"
                            + " tf32 or bf16, which take cuBLAS. Default: ${DEFAULT-VALUE}.")
    private GemmPrecision precision = GemmPrecision.F32;

    /** Opens the chosen device, and prints which it is and what was passed over. */
    Device open(PrintWriter out) {
        List<String> notes = new ArrayList<>();
        Device device =
                selector.equals(AUTO)
                        ? Devices.best(reason -> notes.add("passed over " + reason))
                        : Devices.open(selector);
        out.println("device: " + device.info().selector() + ", " + device.info().description());
        notes.forEach(out::println);
        try {
            device.gemmPrecision(precision);
        } catch (UnsupportedOperationException e) {
            device.close();
            throw new InputException("--gemm-precision: " + e.getMessage(), e);
        }
        return device;
    }
}

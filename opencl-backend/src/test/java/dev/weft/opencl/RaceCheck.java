package dev.weft.opencl;

import dev.weft.conformance.EveryKernel;
import dev.weft.gpu.GemmCheck;

/** A program that calls every kernel, gemm in every variant: to be run under Oclgrind. */
final class RaceCheck {
    /** The last line of output. */
    static final String DONE = "every kernel and every gemm ran";

    private RaceCheck() {}

    /** Runs the kernels, and prints {@link #DONE}. */
    public static void main(String[] arguments) {
        EveryKernel.run("opencl");
        try (OpenClDriver driver = TestDriver.openCl()) {
            GemmCheck.runAll(driver, 1);
        }
        System.out.println(DONE);
    }
}

package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.KernelCall;
import dev.weft.conformance.CaseResult.Outcome;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs cases that others made, ONNX's node tests and PyTorch's results, on any device. What cannot
 * be read has failed; what Weft, or the device, does not have is unsupported: also a case of which
 * the operator leaves an attribute or an operand unread, whatever its numbers.
 */
public final class VectorCheck {
    private final List<VectorCase> cases;

    private VectorCheck(List<VectorCase> cases) {
        this.cases = cases;
    }

    /**
     * The cases in a folder, at any depth, or a single one: folders with a {@code model.onnx}, and
     * {@code .safetensors} files.
     *
     * @throws IOException where there is no such path, it cannot be read, or it has no case
     */
    public static VectorCheck of(Path path) throws IOException {
        return new VectorCheck(VectorCase.find(path));
    }

    /** How many cases there are. */
    public int size() {
        return cases.size();
    }

    /**
     * Runs every case.
     *
     * @param types the floating types of PyTorch's cases; those of ONNX have their own. Where none
     *     is given, F32 and, where the device has it, F64
     * @param listener is told of each result
     * @throws DeviceLostException where the device cannot go on
     */
    public CheckReport run(Device device, List<DType> types, Consumer<CaseResult> listener) {
        List<DType> asked = types.isEmpty() ? defaultTypes(device) : types;
        List<CaseResult> results = new ArrayList<>();
        try (Device reference = Devices.open("reference")) {
            for (VectorCase c : cases) {
                CaseResult result = run(c, device, asked, reference);
                listener.accept(result);
                results.add(result);
            }
        }
        return new CheckReport(results);
    }

    /** The types in which PyTorch's cases run where no others are asked for. */
    public static List<DType> defaultTypes(Device device) {
        try (Tensor x = device.empty(DType.F64, Shape.SCALAR)) {
            return device.backend().supports(new KernelCall.Fill(0, x.view()))
                    ? List.of(DType.F32, DType.F64)
                    : List.of(DType.F32);
        }
    }

    private static CaseResult run(
            VectorCase c, Device device, List<DType> types, Device reference) {
        Comparison comparison = new Comparison();
        Outcome outcome = Outcome.PASSED;
        String reason = "";
        String operator = CaseResult.UNREADABLE;
        long before = device.memory().liveBytes();
        try {
            List<VectorCase.Run> runs = c.read();
            operator = runs.getFirst().operator();
            for (VectorCase.Run run : runs) {
                run.compare(device, types, reference, comparison);
            }
            long left = device.memory().liveBytes() - before;
            if (left != 0) {
                throw new AssertionError("%d bytes are left behind".formatted(left));
            }
        } catch (DeviceLostException e) {
            throw e;
        } catch (UnsupportedCase | UnsupportedOperationException e) {
            outcome = Outcome.UNSUPPORTED;
            reason = reason(e);
            if (e instanceof UnsupportedCase unsupported && !unsupported.operator().isEmpty()) {
                operator = unsupported.operator();
            }
        } catch (IOException | AssertionError | OutOfMemoryError | RuntimeException e) {
            outcome = Outcome.FAILED;
            reason = reason(e);
            if (operator.equals(CaseResult.UNREADABLE)) {
                reason = "cannot be read: " + reason;
            }
        }
        if (outcome != Outcome.PASSED) {
            settle(device);
        }
        return new CaseResult(c.name(), operator, outcome, comparison.worst(), reason);
    }

    /**
     * A device that works on its own tells of a wrong index late: it must not be the next case's.
     */
    private static void settle(Device device) {
        try {
            device.synchronize();
        } catch (IndexOutOfBoundsException e) {
            // The case's result says what is wrong with it.
        }
    }

    /** What an own error says; the JDK's say little without their names. */
    private static String reason(Throwable e) {
        @Nullable String message = e.getMessage();
        boolean own =
                e instanceof UnsupportedCase
                        || e.getClass() == AssertionError.class
                        || e.getClass() == IllegalArgumentException.class
                        || e.getClass().getName().startsWith("dev.weft.");
        return message != null && own ? message : e.toString();
    }
}

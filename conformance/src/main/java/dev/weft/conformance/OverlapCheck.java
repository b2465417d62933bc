package dev.weft.conformance;

import dev.weft.backend.Backend;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.List;

/**
 * Stands before a backend and fails where a call's output overlaps an input, or another output, in
 * a way that {@link KernelCall} does not allow: what a backend then computes is not defined.
 */
final class OverlapCheck extends ForwardingBackend {
    OverlapCheck(Backend backend) {
        super(backend);
    }

    @Override
    public void run(KernelCall call) {
        List<View> outputs = call.writes();
        for (int i = 0; i < outputs.size(); i++) {
            View output = outputs.get(i);
            for (View input : call.reads()) {
                boolean one = input == output || (call.worksInPlace() && input.isSame(output));
                if (!one) {
                    apart(call, output, input);
                }
            }
            for (View other : outputs.subList(0, i)) {
                apart(call, output, other);
            }
        }
        super.run(call);
    }

    private static void apart(KernelCall call, View output, View other) {
        if (output.overlaps(other)) {
            throw new AssertionError(
                    "%s writes %s, which overlaps %s".formatted(call.name(), output, other));
        }
    }
}

package dev.weft.cpu;

import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

/**
 * The CPU for a JVM that does not compile vectors: what computes element by element is done by the
 * specification's own loops, on this backend's memory, which is up to eleven times as fast there.
 * Products are {@link GemmScalar}'s. Copies, sums and what goes by indices stay as they are.
 */
final class ScalarBackend extends CpuBackend {
    private final Backend loops = new ReferenceBackend();

    ScalarBackend(int threads) {
        super(threads);
    }

    @Override
    public void run(KernelCall call) {
        prepare(call).run();
    }

    @Override
    public Runnable prepare(KernelCall call) {
        return switch (call) {
            case KernelCall.Unary _,
                    KernelCall.UnaryGrad _,
                    KernelCall.Binary _,
                    KernelCall.BinaryGrad _,
                    KernelCall.Compare _,
                    KernelCall.Softmax _,
                    KernelCall.SoftmaxGrad _,
                    KernelCall.Normalize _,
                    KernelCall.NormalizeGrad _,
                    KernelCall.Loss _,
                    KernelCall.LossGrad _,
                    KernelCall.CrossEntropy _,
                    KernelCall.Update _,
                    KernelCall.CountUnfit _ ->
                    () -> loops.run(call);
            case KernelCall.Copy copy when copy.x().dtype() != copy.y().dtype() ->
                    () -> loops.run(copy);
            case KernelCall.Gemm gemm -> () -> multiply(gemm);
            default -> super.prepare(call);
        };
    }

    private void multiply(KernelCall.Gemm call) {
        View c = call.c();
        if (c.dtype().computesIn() != c.dtype()) {
            super.run(call); // rounds once, after the activation
            return;
        }
        Epilogue plain = new Epilogue(call.epilogue().bias(), Activation.IDENTITY);
        super.run(new KernelCall.Gemm(call.alpha(), call.a(), call.b(), call.beta(), c, plain));
        UnaryOp activation = call.epilogue().activation().op();
        if (activation != null) {
            loops.run(new KernelCall.Unary(activation, 0, 0, c, c));
        }
    }
}

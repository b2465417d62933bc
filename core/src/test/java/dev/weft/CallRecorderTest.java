package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.Epilogue;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.Penalty;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.backend.Window;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/** What a capture keeps of a step's calls. */
class CallRecorderTest {
    private final ReferenceBackend reference = new ReferenceBackend();
    private final List<List<Object>> done = new ArrayList<>();
    private final List<KernelCall> prepared = new ArrayList<>();
    private final List<Object> used = new ArrayList<>();

    private static final Window.Axis AXIS = new Window.Axis(2, 1, 1, 0, 0);

    /** Does nothing but to note its calls. */
    private final Backend backend =
            (Backend)
                    Proxy.newProxyInstance(
                            CallRecorderTest.class.getClassLoader(),
                            new Class<?>[] {Backend.class},
                            (_, method, arguments) -> {
                                if (method.getName().equals("prepare")) {
                                    prepared.add((KernelCall) arguments[0]);
                                    return (Runnable) () -> done.add(List.of("run", arguments[0]));
                                }
                                done.add(call(method, arguments));
                                return null;
                            });

    private final CallRecorder recorder = new CallRecorder(backend, used::add);

    private static List<Object> call(Method method, Object[] arguments) {
        List<Object> call = new ArrayList<>(List.of(method.getName()));
        call.addAll(Arrays.asList(arguments));
        return call;
    }

    private View view() {
        return View.contiguous(reference.allocate(DType.F32, 2), Shape.of(2), 0);
    }

    /** An argument that no other call has, where that can be. */
    private Object argument(Class<?> type, List<Object> buffers) {
        if (type == View.class || type == List.class || type == Epilogue.class) {
            View view = view();
            buffers.add(view.buffer());
            if (type == Epilogue.class) {
                return new Epilogue(view, Epilogue.NONE.activation());
            }
            return type == List.class ? List.of(view) : view;
        }
        if (type == double.class) {
            return 0.25 + buffers.size();
        }
        if (type == boolean.class) {
            return true;
        }
        return Stream.of(
                        UnaryOp.TANH,
                        BinaryOp.POW,
                        CompareOp.LESS,
                        ReduceOp.MAX,
                        LossOp.HUBER,
                        ConvolutionGeometry.of(2),
                        new Window(AXIS, AXIS, AXIS),
                        new UpdateRule.Sgd(0.5, true, Penalty.NONE))
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no argument for " + type));
    }

    /** So its views are also all that reads() and writes() name. */
    @TestFactory
    Stream<DynamicTest> everyCallIsKeptAndDoneInReplays() {
        return Stream.of(KernelCall.class.getPermittedSubclasses())
                .map(
                        kind ->
                                DynamicTest.dynamicTest(
                                        kind.getSimpleName(), () -> keepsAndReplays(kind)));
    }

    private void keepsAndReplays(Class<?> kind) throws ReflectiveOperationException {
        List<Object> buffers = new ArrayList<>();
        Object[] operands =
                Stream.of(kind.getRecordComponents())
                        .map(component -> argument(component.getType(), buffers))
                        .toArray();
        KernelCall call = (KernelCall) kind.getDeclaredConstructors()[0].newInstance(operands);
        done.clear();
        prepared.clear();
        used.clear();
        CallRecorder each = new CallRecorder(backend, used::add);
        each.run(call);
        assertEquals(List.of(), done);
        assertEquals(buffers.size(), used.size());
        assertEquals(new HashSet<>(buffers), new HashSet<>(used));
        each.replay();
        each.replay();
        assertEquals(List.of(call), prepared);
        assertEquals(List.of(List.of("run", call), List.of("run", call)), done);
    }

    @Test
    void callsKeepTheirOrderAndNameEachBufferOnce() {
        View x = view();
        View y = view();
        recorder.run(new KernelCall.Fill(1, x));
        recorder.run(new KernelCall.Copy(x, y));
        recorder.run(
                new KernelCall.CountUnfit(
                        new UpdateRule.Sgd(0, false, Penalty.NONE), x, x, null, x, x, y));
        assertEquals(List.of(x.buffer(), y.buffer()), used);
        recorder.replay();
        assertEquals(
                List.of("fill", "copy", "countUnfit"),
                done.stream().map(call -> ((KernelCall) call.get(1)).name()).toList());
    }

    @Test
    void memoryIsTheBackends() {
        View x = view();
        recorder.release(x.buffer());
        assertEquals(List.of(List.of("release", x.buffer())), done);
    }

    private static void refuses(String what, Runnable call) {
        var error = assertThrows(IllegalStateException.class, call::run);
        assertEquals(
                "capture: the step "
                        + what
                        + ", and so would wait for the device in every replay: do so before it is"
                        + " captured, or after replay()",
                error.getMessage());
    }

    @Test
    void whatWaitsForTheDeviceIsRefused() {
        View x = view();
        MemorySegment host = MemorySegment.ofArray(new float[2]);
        refuses("copies values from the host", () -> recorder.upload(host, x));
        refuses("copies values from the host", () -> recorder.upload(new double[2], x));
        refuses("reads values back", () -> recorder.download(x, host));
        refuses("reads values back", () -> recorder.download(x, new double[2]));
        refuses("reads values back", () -> recorder.downloadLater(x, host));
        refuses("synchronizes", recorder::synchronize);
        refuses(
                "changes the precision of products",
                () -> recorder.gemmPrecision(GemmPrecision.TF32));
        refuses("closes the device", recorder::close);
        assertEquals(List.of(), done);
    }
}

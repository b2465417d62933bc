package dev.weft.onnx;

import static dev.weft.onnx.TestGraph.found;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.onnx.graph.OnnxException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Map;

@Timeout(60)
class OnnxSessionTest {
    private final Device device = Devices.open("reference");

    /** Whatever a session makes is given back. */
    @AfterEach
    void nothingIsLeft() {
        assertEquals(0, device.memory().liveTensors());
        device.close();
    }

    /** x plus its own extents, which the host reckons. */
    private static TestGraph shapes() {
        return new TestGraph()
                .input("x", TestGraph.F32, "n", "m")
                .output("y", TestGraph.F32)
                .output("rows", TestGraph.I64)
                .initializer(TestGraph.longs("zero", new long[] {0}))
                .initializer(TestGraph.longs("minus", new long[] {-1}, 1))
                .node("Shape", "x -> shape")
                .node("Gather", "shape,zero -> rows")
                .node("Unsqueeze", "rows,first -> row")
                .initializer(TestGraph.longs("first", new long[] {0}, 1))
                .node("Concat", "minus,row -> turned", TestGraph.number("axis", 0))
                .node("Reshape", "x,turned -> flat")
                .node("Cast", "shape -> extents", TestGraph.number("to", TestGraph.F32))
                .node("ReduceSum", "extents -> sum", TestGraph.number("keepdims", 0))
                .node("Add", "flat,sum -> y");
    }

    @Test
    void runsOfOneShapeAreReplayed() {
        try (OnnxSession session = shapes().read().on(device);
                Scope _ = device.scope()) {
            for (int i = 0; i < 4; i++) {
                try (Scope _ = device.scope()) {
                    Tensor x = device.full(i, Shape.of(2, 3));
                    Map<String, Tensor> results = session.run(Map.of("x", x));
                    assertEquals(List.of("y", "rows"), List.copyOf(results.keySet()));
                    assertEquals(2, found(results, "rows").itemAsLong());
                    Tensor y = found(results, "y");
                    assertEquals(3, y.dim(0));
                    assertArrayEquals(
                            new float[] {i + 5, i + 5, i + 5, i + 5, i + 5, i + 5},
                            y.toFloatArray());
                }
            }
            Tensor other = device.ones(1, 2);
            assertEquals(4, found(session.run(Map.of("x", other)), "y").slice(0, 0, 1).item());
        }
    }

    @Test
    void manyShapesKeepFewCaptures() {
        try (OnnxSession session = shapes().read().on(device)) {
            for (int n = 1; n < 40; n++) {
                for (int again = 0; again < 3; again++) {
                    try (Scope _ = device.scope()) {
                        Tensor y = found(session.run(Map.of("x", device.ones(n, 1))), "y");
                        assertEquals(n + 2, y.slice(1, 0, 1).item());
                    }
                }
            }
            assertTrue(device.memory().liveTensors() < 40, device.memory().toString());
        }
    }

    @Test
    void constantsAreComputedOnce() {
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.F32, "2")
                        .output("y", TestGraph.F32)
                        .output("c", TestGraph.F32)
                        .initializer(TestGraph.floats("a", new float[] {1, 2}, 2))
                        .node("Exp", "a -> c")
                        .node("Log", "c -> d")
                        .node("Add", "x,d -> y");
        try (OnnxSession session = graph.read().on(device);
                Scope _ = device.scope()) {
            int[] calls = {0};
            Tensor x = device.ones(2);
            Tensor[] y = new Tensor[1];
            device.observe(_ -> calls[0]++, () -> y[0] = found(session.run(Map.of("x", x)), "y"));
            assertArrayEquals(new float[] {2, 3}, y[0].toFloatArray(), 1e-6f);
            assertEquals(2, calls[0], "the sum, and a copy of the constant output");
        }
    }

    @Test
    void outputsThatAreInputsOrViewsAreCopies() {
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.F32, "2", "3")
                        .output("same", TestGraph.F32)
                        .output("turned", TestGraph.F32)
                        .output("sum", TestGraph.F32)
                        .output("again", TestGraph.F32)
                        .node("Identity", "x -> same")
                        .node("Transpose", "x -> turned")
                        .node("Add", "x,x -> sum")
                        .node("Identity", "sum -> again");
        try (OnnxSession session = graph.read().on(device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Map<String, Tensor> y = session.run(Map.of("x", x));
            x.fill(0);
            found(y, "sum").fill(0);
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, found(y, "same").toFloatArray());
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, found(y, "turned").toFloatArray());
            assertArrayEquals(new float[] {2, 4, 6, 8, 10, 12}, found(y, "again").toFloatArray());
        }
    }

    private void assertRefused(OnnxSession session, Map<String, Tensor> inputs, String part) {
        OnnxException e = assertThrows(OnnxException.class, () -> session.run(inputs));
        assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    @Test
    void inputsThatDoNotFitAreRefused() {
        TestGraph graph =
                new TestGraph()
                        .input("a", TestGraph.F32, "n", "3")
                        .input("b", TestGraph.F32, "n", "m")
                        .output("y", TestGraph.F32)
                        .node("Add", "a,b -> y");
        try (Device other = Devices.open("reference");
                OnnxSession session = graph.read().on(device);
                Scope _ = device.scope();
                Scope _ = other.scope()) {
            Tensor a = device.ones(2, 3);
            assertEquals(2, found(session.run(Map.of("a", a, "b", a)), "y").dim(0));
            assertRefused(session, Map.of("a", a), "takes inputs [a, b], got [a]");
            assertRefused(session, Map.of("a", a, "b", a, "c", a), "got [a, b, c]");
            assertRefused(session, Map.of("a", a, "B", a), "got [B, a]");
            assertRefused(session, Map.of("a", device.ones(2, 4), "b", a), "extent of axis 1");
            assertRefused(session, Map.of("a", device.ones(3), "b", a), "number of axes");
            assertRefused(
                    session,
                    Map.of("a", a, "b", device.ones(1, 3)),
                    "has 1 for 'n', which is 2 in 'a'");
            assertRefused(
                    session,
                    Map.of("a", a, "b", a.to(DType.F64)),
                    "input 'b' is float32 [n, m], got F64 2x3, which has another type");
            assertRefused(session, Map.of("a", a, "b", other.ones(2, 3)), "another device");
        }
    }

    private static TestGraph onlyNode(String operator, String inputs, Proto... attributes) {
        return new TestGraph()
                .input("a", TestGraph.F32)
                .output("y", TestGraph.F32)
                .node(operator, inputs + " -> y", attributes);
    }

    @Test
    void nodesThatCannotBeComputedAreNamed() {
        Proto flavour = TestGraph.number("flavour", 1);
        try (OnnxSession product = onlyNode("Cos", "a,a").read().on(device);
                OnnxSession unread = onlyNode("Relu", "a", flavour).read().on(device);
                OnnxSession missing = onlyNode("MatMul", "a").read().on(device);
                OnnxSession shapeless = onlyNode("Transpose", "a").read().on(device);
                Scope _ = device.scope()) {
            Map<String, Tensor> inputs = Map.of("a", device.scalar(1));
            assertRefused(product, inputs, "node Cos 'y': no use of input 1");
            assertRefused(unread, inputs, "node Relu 'y': no use of attribute flavour");
            assertRefused(missing, inputs, "node MatMul 'y': input 1 is left out");
            assertEquals(0, found(shapeless.run(inputs), "y").rank());
        }
    }

    private static TestGraph branches() {
        TestGraph then = new TestGraph().output("p", TestGraph.F32).node("Neg", "x -> p");
        TestGraph otherwise = new TestGraph().output("q", TestGraph.F32).node("Identity", "x -> q");
        return new TestGraph()
                .input("x", TestGraph.F32, "n")
                .input("c", TestGraph.BOOL)
                .output("y", TestGraph.F32)
                .node(
                        "If",
                        "c -> y",
                        TestGraph.graph("then_branch", then),
                        TestGraph.graph("else_branch", otherwise));
    }

    @Test
    void branchesFollowTheData() {
        try (OnnxSession session = branches().read().on(device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, -2});
            for (boolean c : new boolean[] {true, true, false, true, false, false}) {
                Tensor condition = device.tensor(new boolean[] {c}).reshape();
                Tensor y = found(session.run(Map.of("x", x, "c", condition)), "y");
                assertArrayEquals(c ? new float[] {-1, 2} : new float[] {1, -2}, y.toFloatArray());
            }
        }
    }

    /** Doubles x in each step, and stacks what it was. */
    private static TestGraph loop(String most) {
        TestGraph body =
                new TestGraph()
                        .input("step", TestGraph.I64)
                        .input("go", TestGraph.BOOL)
                        .input("before", TestGraph.F32)
                        .output("on", TestGraph.BOOL)
                        .output("after", TestGraph.F32)
                        .output("was", TestGraph.F32)
                        .node("Identity", "go -> on")
                        .node("Add", "before,before -> after")
                        .node("Identity", "before -> was");
        return new TestGraph()
                .input("x", TestGraph.F32, "n")
                .output("y", TestGraph.F32)
                .output("all", TestGraph.F32)
                .initializer(TestGraph.longs("count", new long[] {3}))
                .node("Loop", most + ",,x -> y,all", TestGraph.graph("body", body));
    }

    @Test
    void loopsCarryAndStack() {
        try (OnnxSession session = loop("count").read().on(device);
                Scope _ = device.scope()) {
            for (int i = 0; i < 3; i++) {
                Map<String, Tensor> y =
                        session.run(Map.of("x", device.tensor(new float[] {1, -2})));
                assertArrayEquals(new float[] {8, -16}, found(y, "y").toFloatArray());
                assertArrayEquals(
                        new float[] {1, -2, 2, -4, 4, -8}, found(y, "all").toFloatArray());
            }
        }
    }

    @Test
    void loopsWithoutEndAreStopped() {
        TestGraph body =
                new TestGraph()
                        .input("step", TestGraph.I64)
                        .input("go", TestGraph.BOOL)
                        .input("before", TestGraph.I64)
                        .output("on", TestGraph.BOOL)
                        .output("last", TestGraph.I64)
                        .node("Identity", "go -> on")
                        .node("Identity", "step -> last");
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.I64)
                        .output("y", TestGraph.I64)
                        .node("Loop", ",,x -> y", TestGraph.graph("body", body));
        try (OnnxSession session = graph.read().on(device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new long[] {0}).reshape();
            assertRefused(session, Map.of("x", x), "has looped 30000 times");
        }
    }

    @Test
    void gradientsFlowThroughAModel() {
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.F32, "n")
                        .output("y", TestGraph.F32)
                        .node("Mul", "x,x -> square")
                        .node("ReduceSum", "square -> y", TestGraph.number("keepdims", 0));
        try (OnnxSession session = graph.read().on(device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, -3});
            try (Tape tape = new Tape(device)) {
                tape.watch(x);
                Tensor y = found(session.run(Map.of("x", x)), "y");
                assertArrayEquals(new float[] {2, -6}, tape.gradients(y).of(x).toFloatArray());
            }
        }
    }
}

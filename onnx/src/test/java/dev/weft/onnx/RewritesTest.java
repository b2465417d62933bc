package dev.weft.onnx;

import static dev.weft.onnx.TestGraph.found;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.rewrite.Rewrites;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Each rewrite finds its pattern, and the results stay. */
class RewritesTest {
    private final Device device = Devices.open("reference");

    @AfterEach
    void close() {
        device.close();
    }

    private static TestGraph graph() {
        return new TestGraph()
                .input("x", TestGraph.F32, "n", "2")
                .output("y", TestGraph.F32)
                .initializer(TestGraph.floats("w", new float[] {1, -2, 3, 4}, 2, 2))
                .initializer(TestGraph.floats("b", new float[] {0.5f, -0.25f}, 2))
                .initializer(TestGraph.floats("half", new float[] {0.5f}))
                .initializer(TestGraph.floats("one", new float[] {1}))
                .initializer(TestGraph.floats("two", new float[] {2}))
                .initializer(TestGraph.floats("three", new float[] {3}))
                .initializer(TestGraph.floats("six", new float[] {6}))
                .initializer(TestGraph.floats("zero", new float[] {0}))
                .initializer(TestGraph.floats("root", new float[] {(float) Math.sqrt(2)}))
                .initializer(TestGraph.floats("eps", new float[] {1e-5f}));
    }

    /** What the nodes become, with results as each node alone gives them. */
    private void assertBecomes(TestGraph graph, String... operators) {
        OnnxModel model = graph.read();
        Graph rewritten = Rewrites.apply(model.graph());
        assertEquals(List.of(operators), rewritten.nodes().stream().map(Node::operator).toList());
        try (GraphRunner plain = new GraphRunner(model.graph(), model.opsets(), device);
                GraphRunner fast = new GraphRunner(rewritten, model.opsets(), device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {-4, 1.5f, 0.25f, 3, -1, -2}, 3, 2);
            double[] expected = plain.run(List.of(x)).getFirst().toDoubleArray();
            double[] found = fast.run(List.of(x)).getFirst().toDoubleArray();
            assertArrayEquals(expected, found, 1e-6, Arrays.toString(found));
        }
    }

    @Test
    void aProductWithBiasAndActivation() {
        assertBecomes(
                graph().node("MatMul", "x,w -> p").node("Add", "b,p -> s").node("Tanh", "s -> y"),
                "Linear");
        assertBecomes(graph().node("MatMul", "x,w -> p").node("Add", "p,b -> y"), "Linear");
        // Another reads the product.
        assertBecomes(
                graph().node("MatMul", "x,w -> p").node("Add", "p,b -> s").node("Mul", "p,s -> y"),
                "MatMul",
                "Add",
                "Mul");
        assertBecomes(graph().node("MatMul", "x,w -> p").node("Add", "p,x -> y"), "MatMul", "Add");
    }

    /** A convolution of 1×3×2×1 by two channels, normalised. */
    private static TestGraph normalisedConvolution(String convolution) {
        return graph().initializer(TestGraph.longs("four", new long[] {1, 3, 2, 1}, 4))
                .initializer(TestGraph.floats("k", new float[] {1, 2, 3, -1, 0.5f, 2}, 2, 3, 1, 1))
                .initializer(TestGraph.floats("kb", new float[] {0.3f, -0.7f}, 2))
                .initializer(TestGraph.floats("scale", new float[] {2, -1}, 2))
                .initializer(TestGraph.floats("shift", new float[] {0.1f, 5}, 2))
                .initializer(TestGraph.floats("mean", new float[] {1, -2}, 2))
                .initializer(TestGraph.floats("variance", new float[] {4, 0.25f}, 2))
                .node("Reshape", "x,four -> x4")
                .node("Conv", convolution + " -> c");
    }

    @Test
    void aNormalisationIsFoldedIntoItsConvolution() {
        String norm = "c,scale,shift,mean,variance -> y";
        String[] folded = {"Reshape", "FoldedWeight", "FoldedBias", "Conv"};
        Proto epsilon = TestGraph.real("epsilon", 0.01f);
        assertBecomes(normalisedConvolution("x4,k").node("BatchNormalization", norm), folded);
        assertBecomes(
                normalisedConvolution("x4,k,kb").node("BatchNormalization", norm, epsilon), folded);
        // Another reads the convolution's result.
        assertBecomes(
                normalisedConvolution("x4,k")
                        .node("BatchNormalization", "c,scale,shift,mean,variance -> n")
                        .node("Add", "n,c -> y"),
                "Reshape",
                "Conv",
                "BatchNormalization",
                "Add");
    }

    private static TestGraph norm(String variance) {
        return graph().node("ReduceMean", "x -> m", TestGraph.numbers("axes", -1))
                .node("Sub", "x,m -> c")
                .node("Pow", "c,two -> q")
                .node("ReduceMean", variance + " -> v", TestGraph.numbers("axes", -1))
                .node("Add", "v,eps -> e")
                .node("Sqrt", "e -> r")
                .node("Div", "c,r -> z")
                .node("Mul", "z,b -> s")
                .node("Add", "s,b -> y");
    }

    @Test
    void layerNormalisation() {
        assertBecomes(norm("q"), "LayerNormalization");
        // The mean of something else is no variance.
        assertBecomes(
                norm("c"), "ReduceMean", "Sub", "ReduceMean", "Add", "Sqrt", "Div", "Mul", "Add");
    }

    @Test
    void gelu() {
        assertBecomes(
                graph().node("Div", "x,root -> d")
                        .node("Erf", "d -> e")
                        .node("Add", "e,one -> s")
                        .node("Mul", "x,s -> p")
                        .node("Mul", "p,half -> y"),
                "Gelu");
        assertBecomes(
                graph().node("Div", "x,root -> d")
                        .node("Erf", "d -> e")
                        .node("Add", "one,e -> s")
                        .node("Mul", "half,x -> p")
                        .node("Mul", "p,s -> y"),
                "Gelu");
        assertBecomes(
                graph().node("Div", "x,two -> d")
                        .node("Erf", "d -> e")
                        .node("Add", "e,one -> s")
                        .node("Mul", "x,s -> p")
                        .node("Mul", "p,half -> y"),
                "Div",
                "Erf",
                "Add",
                "Mul",
                "Mul");
    }

    @Test
    void hardSwish() {
        assertBecomes(
                graph().node("Add", "x,three -> s")
                        .node("Clip", "s,zero,six -> c")
                        .node("Mul", "x,c -> p")
                        .node("Div", "p,six -> y"),
                "HardSwish");
    }

    @Test
    void scoresAreScaledAsQueries() {
        assertBecomes(
                graph().node("Transpose", "x -> t")
                        .node("MatMul", "x,t -> p")
                        .node("Div", "p,two -> y"),
                "Transpose",
                "ScaledMatMul");
        assertBecomes(
                graph().node("Transpose", "x -> t")
                        .node("MatMul", "x,t -> p")
                        .node("Mul", "half,p -> y"),
                "Transpose",
                "ScaledMatMul");
    }

    @Test
    void whatHandsOnIsLeftOut() {
        assertBecomes(
                graph().node("Identity", "x -> i")
                        .node("Dropout", "i -> d")
                        .node("Relu", "d -> r")
                        .node("Identity", "r -> y"),
                "Relu",
                "Identity");
    }

    @Test
    void aSessionRunsTheRewrittenGraph() {
        TestGraph graph =
                graph().node("MatMul", "x,w -> p").node("Add", "b,p -> s").node("Relu", "s -> y");
        try (OnnxSession session = graph.read().on(device);
                Scope _ = device.scope()) {
            int[] calls = {0};
            Tensor[] y = new Tensor[1];
            Tensor x = device.ones(1, 2);
            device.observe(_ -> calls[0]++, () -> y[0] = found(session.run(Map.of("x", x)), "y"));
            assertArrayEquals(new float[] {4.5f, 1.75f}, y[0].toFloatArray());
            assertEquals(1, calls[0]);
        }
    }
}

package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.conformance.CaseResult.Outcome;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Cases of others' that pass, fail, cannot be read, or ask for what is not there. */
class VectorCheckTest {
    private static final float[] X = {-1, 2};
    private static final float[] RELU = {0, 2};

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init")
    private Device device;

    @BeforeEach
    void open() {
        device = Devices.open("reference");
    }

    @AfterEach
    void close() {
        device.close();
    }

    private CheckReport run(DType... types) throws IOException {
        return VectorCheck.of(folder).run(device, List.of(types), _ -> {});
    }

    private void assertOnly(Outcome outcome, String operator, String reason) throws IOException {
        CheckReport report = run();
        assertEquals(1, report.cases().size());
        CaseResult result = report.cases().getFirst();
        assertEquals(outcome, result.outcome(), result.reason());
        assertEquals(operator, result.operator());
        assertTrue(result.reason().contains(reason), result.reason());
    }

    private static TorchFile maximum(String attributes) {
        return new TorchFile("maximum", attributes)
                .with("in.a", 1, 5, -2)
                .with("in.b", 3, 4, -1)
                .with("dout.y", 1, 10, 100);
    }

    private void writeMaximum(TorchFile file) throws IOException {
        file.write(folder.resolve("maximum_0.safetensors"));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "F16", "BF16"})
    void resultsAndGradientsOfEveryFloatingType(DType dtype) throws IOException {
        writeMaximum(
                maximum("{}")
                        .with("out.y", 3, 5, -1)
                        .with("grad.a", 0, 10, 0)
                        .with("grad.b", 1, 0, 100));
        CheckReport report = run(dtype);
        assertEquals(1, report.count(Outcome.PASSED));
        assertEquals(0, report.worst());
        assertEquals("maximum_0", report.cases().getFirst().name());
    }

    @Test
    void aWrongResultFails() throws IOException {
        writeMaximum(maximum("{}").with("out.y", 3, 5, -1.001));
        assertOnly(Outcome.FAILED, "maximum", "out.y, element 2: expected -1.001, got -1.0");
        double allowed = 1e-5 + 1e-4 * 1.001;
        assertEquals(0.001 / allowed, run(DType.F32).worst(), 1e-9);
    }

    @Test
    void aWrongGradientFails() throws IOException {
        writeMaximum(maximum("{}").with("out.y", 3, 5, -1).with("grad.a", 0, 10, 1));
        assertOnly(Outcome.FAILED, "maximum", "grad.a, element 2: expected 1.0, got 0.0");
    }

    @Test
    void aNumberInPlaceOfNaNHasNoFiniteError() throws IOException {
        writeMaximum(maximum("{}").with("out.y", 3, Double.NaN, -1));
        assertOnly(Outcome.FAILED, "maximum", "expected NaN");
        assertEquals(Double.POSITIVE_INFINITY, run().worst());
    }

    /** F16 has not the operand: what is right follows from the number that it has. */
    @Test
    void narrowTypesAreAskedAboutRoundedOperands() throws IOException {
        double a = 1 + 0x1p-12;
        writeMaximum(
                new TorchFile("maximum", "{}").with("in.a", a).with("in.b", 0).with("out.y", a));
        assertEquals(0, run(DType.F16).worst());
    }

    @Test
    void narrowTypesFailWhereTheCaseItselfDoes() throws IOException {
        writeMaximum(maximum("{}").with("out.y", 3, 5, -1.001));
        assertEquals(1, run(DType.BF16).count(Outcome.FAILED));
    }

    @Test
    void unknownOperationsAreUnsupported() throws IOException {
        new TorchFile("nonesuch", "{}")
                .with("in.x", 1)
                .with("out.y", 1)
                .write(folder.resolve("n.safetensors"));
        assertOnly(Outcome.UNSUPPORTED, "nonesuch", "operation");
    }

    @Test
    void attributesOperandsAndResultsThatNobodyKnowsAreUnsupported() throws IOException {
        writeMaximum(maximum("{\"flavour\": [1, [2, 3]]}").with("out.y", 3, 5, -1));
        assertOnly(Outcome.UNSUPPORTED, "maximum", "attribute flavour");
        writeMaximum(maximum("{}").with("in.c", 1).with("out.y", 3, 5, -1));
        assertOnly(Outcome.UNSUPPORTED, "maximum", "operand c");
        writeMaximum(maximum("{}").with("out.y", 3, 5, -1).with("out.z", 1));
        assertOnly(Outcome.UNSUPPORTED, "maximum", "no out.z");
    }

    @Test
    void attributesThatAreMissingOrNoNumbersAreUnsupported() throws IOException {
        Path file = folder.resolve("argmin.safetensors");
        new TorchFile("argmin", "{}").with("in.x", 2, 1).with("out.y", 1).write(file);
        assertOnly(Outcome.UNSUPPORTED, "argmin", "without attribute axis");
        new TorchFile("argmin", "{\"axis\": \"x\"}")
                .with("in.x", 2, 1)
                .with("out.y", 1)
                .write(file);
        assertOnly(Outcome.UNSUPPORTED, "argmin", "attribute axis of x");
    }

    @Test
    void unknownTypesAreUnsupported() throws IOException {
        writeMaximum(maximum("{}").with("in.c", "I16", 1).with("out.y", 3, 5, -1));
        assertOnly(Outcome.UNSUPPORTED, "maximum", "in.c of type I16");
    }

    @Test
    void whatCannotBeReadFails() throws IOException {
        writeMaximum(maximum("{}").with("out.y", 3, 5, -1));
        Path file = folder.resolve("maximum_0.safetensors");
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 7, 8, 20, 100, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "cannot be read: ");
        }
        byte[] huge = whole.clone();
        Arrays.fill(huge, 0, 8, (byte) 0x7F);
        Files.write(file, huge);
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "no safetensors file");
    }

    @Test
    void sizesThatContradictTheShapeFail() throws IOException {
        writeMaximum(maximum("{}").with("out.y", "F32", 3, 5, -1));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "out.y has 24 bytes");
    }

    @Test
    void aCaseThatExpectsNothingFails() throws IOException {
        writeMaximum(maximum("{}"));
        assertOnly(Outcome.FAILED, "maximum", "expects no result");
        new TorchFile("", "{}").with("out.y", 1).write(folder.resolve("maximum_0.safetensors"));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "has no 'op'");
    }

    @Test
    void everySetOfDataOfANodeIsRun() throws IOException {
        OnnxFolder relu = new OnnxFolder(folder.resolve("test_relu"));
        relu.model(OnnxFolder.node("Relu")).data(0, X, RELU).data(1, RELU, RELU);
        assertOnly(Outcome.PASSED, "Relu", "");
        relu.data(2, X, X);
        assertOnly(Outcome.FAILED, "Relu", "y, element 0: expected -1.0, got 0.0");
    }

    @Test
    void unknownNodesAreUnsupported() throws IOException {
        OnnxFolder c = new OnnxFolder(folder).data(0, X, RELU);
        c.model(OnnxFolder.node("Nonesuch"));
        assertOnly(Outcome.UNSUPPORTED, "Nonesuch", "operator");
        c.model(OnnxFolder.node("Relu").message(5, OnnxFolder.attribute("flavour", 1)));
        assertOnly(Outcome.UNSUPPORTED, "Relu", "attribute flavour");
        c.model(OnnxFolder.node("Relu").text(1, "x"));
        assertOnly(Outcome.UNSUPPORTED, "Relu", "input 1");
        c.model(OnnxFolder.node("Relu").text(7, "com.example"));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "domain 'com.example'");
        c.model(OnnxFolder.node("Relu"), OnnxFolder.node("Abs"));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "'y' is given twice");
        c.model(OnnxFolder.node("Relu"));
        c.write("test_data_set_0/output_0.pb", new OnnxFolder.Message().number(1, 1).number(2, 13));
        assertOnly(Outcome.UNSUPPORTED, "Relu", "uint64");
    }

    @Test
    void conversionsAndShapes() throws IOException {
        OnnxFolder c = new OnnxFolder(folder);
        c.data(0, X, new float[] {-0.26894143f, 1.7615942f}).model(OnnxFolder.node("Swish"));
        assertOnly(Outcome.PASSED, "Swish", "");
        OnnxFolder.Message one = OnnxFolder.attribute("p", 1);
        c.data(0, X, new float[] {-1 / 3f, 2 / 3f});
        c.model(OnnxFolder.node("LpNormalization").message(5, one));
        assertOnly(Outcome.PASSED, "LpNormalization", "");
        c.data(0, X, X).model(OnnxFolder.node("Cast").message(5, OnnxFolder.attribute("to", 1)));
        assertOnly(Outcome.PASSED, "Cast", "");
        c.model(OnnxFolder.node("Cast").message(5, OnnxFolder.attribute("to", 13)));
        assertOnly(Outcome.UNSUPPORTED, "Cast", "type uint64");
        String output = "test_data_set_0/output_0.pb";
        OnnxFolder.Message two = new OnnxFolder.Message().number(2, 7).number(7, 2);
        c.model(OnnxFolder.node("Size")).write(output, two);
        assertOnly(Outcome.PASSED, "Size", "");
        c.model(OnnxFolder.node("Shape")).write(output, two.number(1, 1));
        assertOnly(Outcome.PASSED, "Shape", "");
        float[] ends = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
        OnnxFolder.Message positive =
                new OnnxFolder.Message().number(1, 3).number(2, 9).bytes(9, new byte[] {1, 0, 0});
        c.data(0, ends, ends).write(output, positive);
        OnnxFolder.Message high = OnnxFolder.attribute("detect_negative", 0);
        c.model(OnnxFolder.node("IsInf").message(5, high));
        assertOnly(Outcome.PASSED, "IsInf", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "softmax; {\"axis\": 0}; 0.5",
                "log_softmax; {\"axis\": -1}; -0.6931471805599453",
                "softplus; {}; 0.6931471805599453",
                "clamp; {\"min\": 1, \"max\": 2}; 1",
                "elu; {}; 0",
                "leaky_relu; {\"negative_slope\": 0.3}; 0",
                "gelu; {\"approximate\": \"tanh\"}; 0"
            })
    void activationsOfZeros(String operation, String attributes, double y) throws IOException {
        new TorchFile(operation, attributes)
                .with("in.x", 0, 0)
                .with("out.y", y, y)
                .write(folder.resolve("case.safetensors"));
        assertOnly(Outcome.PASSED, operation, "");
    }

    @Test
    void nodesThatCannotBeReadFail() throws IOException {
        OnnxFolder c = new OnnxFolder(folder).model(OnnxFolder.node("Relu"));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "test_data_set_0");
        c.data(0, X, RELU);
        Path output = folder.resolve("test_data_set_0/output_0.pb");
        byte[] whole = Files.readAllBytes(output);
        Files.write(output, Arrays.copyOf(whole, whole.length - 1));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "cannot be read: ");
        c.write("test_data_set_0/output_0.pb", OnnxFolder.tensor(RELU).number(1, 1L << 40));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "elements");
        Files.delete(output);
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "output_0.pb");
        Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3});
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "cannot be read: ");
        Files.delete(folder.resolve("model.onnx"));
        assertOnly(Outcome.FAILED, CaseResult.UNREADABLE, "model.onnx");
    }

    @Test
    void bothKindsAtAnyDepthOrOneAlone() throws IOException {
        Path relu = folder.resolve("onnx/test_relu");
        new OnnxFolder(relu).model(OnnxFolder.node("Relu")).data(0, X, RELU);
        Path file = folder.resolve("torch/deep/maximum_0.safetensors");
        maximum("{}").with("out.y", 3, 5, -1).write(file);
        Files.writeString(folder.resolve("README.md"), "no case");
        assertEquals(
                List.of("onnx/test_relu", "torch/deep/maximum_0"),
                run().cases().stream().map(CaseResult::name).toList());
        assertEquals(2, run().count(Outcome.PASSED));
        for (Path one : List.of(relu, relu.resolve("model.onnx"), file)) {
            assertEquals(1, VectorCheck.of(one).size());
        }
    }

    @Test
    void aFolderWithoutCasesIsRefused() {
        IOException e = assertThrows(IOException.class, () -> VectorCheck.of(folder));
        assertTrue(String.valueOf(e.getMessage()).contains("there is no case here"), e.toString());
        assertThrows(IOException.class, () -> VectorCheck.of(folder.resolve("nonesuch")));
    }
}

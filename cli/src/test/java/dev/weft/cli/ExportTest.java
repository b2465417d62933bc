package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** {@code weft export}: a trained model as ONNX. */
class ExportTest {
    @TempDir private Path folder;

    private String model = "";
    private Path exported = Path.of("");

    @BeforeEach
    void train() throws IOException {
        Path rows = folder.resolve("rows.csv");
        StringBuilder text = new StringBuilder("a,b,kind\n");
        for (int i = 0; i < 40; i++) {
            text.append(i % 7).append(',').append(i % 5).append(i % 2 == 0 ? ",x\n" : ",y\n");
        }
        Files.writeString(rows, text);
        Ran trained =
                Ran.program(
                        "train",
                        "--backend",
                        "cpu",
                        "--data",
                        rows.toString(),
                        "--model",
                        "mlp:4",
                        "--epochs",
                        "1",
                        "--out",
                        folder.resolve("out").toString(),
                        "--target",
                        "kind");
        assertEquals(0, trained.code(), trained::err);
        model = folder.resolve("out").resolve("model.safetensors").toString();
        exported = folder.resolve("model.onnx");
    }

    @Test
    void whatIsWrittenGivesWhatTheNetworkGives() throws IOException {
        Ran.program("export", "--model", model, "--out", exported.toString()).assertDone();
        OnnxModel onnx = OnnxModel.read(exported);
        assertEquals("float32 [batch, 2]", onnx.inputs().getFirst().describe());
        assertTrue(onnx.metadata().containsKey("weft.preprocessing"));
        assertTrue(String.valueOf(onnx.metadata().get("weft.note")).contains("before the graph"));
        try (Device device = Devices.open("reference");
                Scope _ = device.scope();
                OnnxSession session = onnx.on(device)) {
            SavedModel saved = SavedModel.read(Path.of(model), device);
            Tensor x = HostArray.of(new float[] {1, -2, 0.5f, 3, 0, 0}, 3, 2).on(device);
            Tensor y = session.run(Map.of("input", x)).values().iterator().next();
            assertArrayEquals(saved.network().forward(x).toFloatArray(), y.toFloatArray(), 1e-6f);
        }
    }

    @Test
    void whatIsWrongIsOneLineAndLeavesNothing() throws IOException {
        String out = exported.toString();
        Ran.program("export", "--model", model, "--out", model).assertRefused("is the model");
        Ran.program("export", "--model", model, "--out", folder.toString())
                .assertRefused("is a folder");
        Ran.program("export", "--model", folder.resolve("none").toString(), "--out", out)
                .assertRefused("none");
        byte[] whole = Files.readAllBytes(Path.of(model));
        Path half = folder.resolve("half.safetensors");
        Files.write(half, Arrays.copyOf(whole, whole.length / 2));
        Ran.program("export", "--model", half.toString(), "--out", out)
                .assertRefused("is truncated");
        Ran.program("export", "--model", model).assertRefused("--out");
        assertFalse(Files.exists(exported));
    }
}

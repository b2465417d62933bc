package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** ONNX's own checker finds nothing wrong with what is written, nor with its types and shapes. */
class OnnxCheckerTest {
    private static final String PYTHON = "/usr/bin/python3";

    private static final String CHECK =
            """
            import glob, onnx
            for file in sorted(glob.glob('*.onnx')):
                try:
                    onnx.checker.check_model(file, full_check=True)
                except Exception as e:
                    print(file, str(e).splitlines()[0])
            """;

    private static String python(Path folder, String program) throws IOException {
        Process process =
                new ProcessBuilder(PYTHON, "-c", program)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        try (var out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void nothingIsWrong(@TempDir Path folder) throws IOException {
        assumeTrue(Path.of(PYTHON).toFile().canExecute(), PYTHON + " is not here");
        assumeTrue(python(folder, "import onnx.checker").isEmpty(), "Python has no package 'onnx'");
        try (Device device = Devices.open("reference")) {
            int number = 0;
            for (ExportCase each : ExportCase.all()) {
                try (Scope _ = device.scope()) {
                    each.export(each.network(device, DType.F32))
                            .write(folder.resolve("%s %d.onnx".formatted(each.name(), number++)));
                }
            }
        }
        assertEquals("", python(folder, CHECK));
    }
}

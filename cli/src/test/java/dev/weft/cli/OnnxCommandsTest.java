package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.io.Npy;
import dev.weft.io.Safetensors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** {@code weft run} and {@code weft inspect} on a model of one node: relu/y:0 = max(0, x). */
class OnnxCommandsTest {
    @TempDir private Path folder;

    private String model = "";
    private String x = "";

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("relu.onnx").toString();
        Files.write(Path.of(model), relu("Relu"));
        x = folder.resolve("x.npy").toString();
        Npy.write(Path.of(x), HostArray.of(new float[] {-1, 2}, 2));
    }

    private static byte[] relu(String operator) {
        byte[] node = join(text(1, "x"), text(2, "relu/y:0"), text(4, operator));
        byte[] floats = field(2, field(1, new byte[] {8, 1}));
        return join(
                field(8, new byte[] {16, 17}),
                field(
                        7,
                        join(
                                field(1, node),
                                field(11, join(text(1, "x"), floats)),
                                field(12, join(text(1, "relu/y:0"), floats)))));
    }

    private static byte[] text(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A field of bytes, fewer than 128. */
    private static byte[] field(int number, byte[] content) {
        return join(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private Ran run(String... input) {
        String out = folder.resolve("out").toString();
        String[] args = {"run", "--model", model, "--out", out, "--backend", "reference"};
        String[] all = Arrays.copyOf(args, args.length + 2 * input.length);
        for (int i = 0; i < input.length; i++) {
            all[args.length + 2 * i] = "--input";
            all[args.length + 2 * i + 1] = input[i];
        }
        return Ran.program(all);
    }

    @Test
    void aModelRunsOnArraysInFiles() throws IOException {
        Ran ran = run("x=" + x).assertDone();
        assertTrue(ran.out().contains("input x: float32 of any shape"), ran.out());
        assertTrue(ran.out().contains("output relu/y:0: float32"), ran.out());
        Path written = folder.resolve("out/relu_y_0.npy");
        assertArrayEquals(new float[] {0, 2}, Npy.read(written).floats());
        assertTrue(ran.out().contains("wrote F32 [2] to " + written), ran.out());
    }

    @Test
    void whatCannotRunIsRefusedAndWritesNothing() throws IOException {
        run().assertRefused("takes inputs [x], got []");
        run("z=" + x).assertRefused("got [z]");
        run("x=" + x, "x=" + x).assertRefused("'x' is given twice");
        run("x").assertRefused("give NAME=FILE.npy");
        run("x=" + folder.resolve("nonesuch.npy")).assertRefused("there is no such file");
        HostArray longs = new HostArray(DType.I64, Shape.of(1), MemorySegment.ofArray(new long[1]));
        Npy.write(Path.of(x), longs);
        run("x=" + x).assertRefused("another type");
        Files.write(Path.of(model), relu("Nonesuch"));
        run("x=" + x).assertRefused("Weft does not have operator Nonesuch");
        Files.write(Path.of(model), new byte[] {1, 2, 3});
        run("x=" + x).assertRefused("no ONNX model");
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void filesSayWhatIsInThem() throws IOException {
        String out = Ran.program("inspect", model).assertDone().out();
        assertTrue(out.contains("operators: ONNX version 17"), out);
        assertTrue(out.contains("    1 Relu"), out);
        assertTrue(out.contains("Weft can run it"), out);
        Files.write(Path.of(model), relu("Nonesuch"));
        out = Ran.program("inspect", model).assertDone().out();
        assertTrue(out.contains("not supported: operator Nonesuch, domain ''"), out);
        out = Ran.program("inspect", x).assertDone().out();
        assertTrue(out.contains("array: F32 [2]"), out);
        Path tensors = folder.resolve("w.safetensors");
        new Safetensors(Map.of("made", "here"), Map.of("w", Npy.read(Path.of(x)))).write(tensors);
        out = Ran.program("inspect", tensors.toString()).assertDone().out();
        assertTrue(out.contains("made: here") && out.contains("w: F32 [2]"), out);
        Ran.program("inspect", folder.toString()).assertRefused("is a folder");
    }
}

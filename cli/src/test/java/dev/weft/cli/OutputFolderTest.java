package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the program writes is what it was asked for, and nothing that was there is lost. */
class OutputFolderTest {
    @TempDir Path folder;

    private Ran train(Object... more) {
        List<String> args =
                new ArrayList<>(
                        List.of("train", "--backend", "cpu", "--test-count", "20", "--epochs"));
        for (Object each : more) {
            args.add(each.toString());
        }
        return Ran.program(args.toArray(String[]::new));
    }

    @Test
    void aRunIsReplacedWhereThatIsAskedForOnly() throws IOException {
        Path out = folder.resolve("out");
        Path model = out.resolve("model.safetensors");
        train(1, "--out", out).assertDone();
        byte[] first = Files.readAllBytes(model);
        train(1, "--seed", 2, "--out", out).assertRefused("holds a run already");
        train(1, "--seed", 2, "--out", out).assertRefused("pass --force to replace it");
        assertArrayEquals(first, Files.readAllBytes(model));

        train(2, "--resume", model, "--out", out).assertDone();
        byte[] second = Files.readAllBytes(model);
        Path copy = Files.copy(model, folder.resolve("copy.safetensors"));
        train(3, "--resume", copy, "--out", out).assertRefused("holds a run already");
        assertArrayEquals(second, Files.readAllBytes(model));

        train(1, "--out", out, "--force").assertDone();
        assertArrayEquals(first, Files.readAllBytes(model));
    }

    @Test
    void resultsNeverReplaceTheModel() throws IOException {
        Path out = folder.resolve("out");
        Path model = out.resolve("model.safetensors");
        for (String name : List.of("model.safetensors", "metrics.json", "training.png")) {
            train(1, "--out", out, "--json", out.resolve(name))
                    .assertRefused("is the run's own " + name);
        }
        assertFalse(Files.exists(out));
        train(1, "--out", out).assertDone();
        byte[] saved = Files.readAllBytes(model);
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        for (Path path : new Path[] {model, link, folder.resolve("x/../out/model.safetensors")}) {
            Ran.program("evaluate", "--model", model.toString(), "--json", path.toString())
                    .assertRefused("is the model: choose another name");
            Ran.program("predict", "--model", link.toString(), "--json", path.toString(), "a.png")
                    .assertRefused("is the model: choose another name");
            train(2, "--resume", link, "--out", folder.resolve("new"), "--json", path)
                    .assertRefused("is the model to go on with");
        }
        Ran.program("predict", "--model", model.toString(), "--json", "a.png", "a.png")
                .assertRefused("is a picture to classify");
        assertArrayEquals(saved, Files.readAllBytes(model));
    }

    @Test
    void resultsGoThroughALinkAndToADevice() throws IOException {
        Path out = folder.resolve("out");
        Path target = Files.writeString(folder.resolve("real.json"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), target);
        train(1, "--out", out, "--json", link).assertDone();
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(-1, Files.mismatch(target, out.resolve("metrics.json")));
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            train(1, "--out", out, "--force", "--json", device).assertDone();
            assertFalse(Files.isRegularFile(device));
        }
    }
}

package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run's state as strings and back, exactly, and what is refused of it. */
class TrainingStateTest {
    private static final TrainingState STATE =
            new TrainingState("cross_entropy", 60_000, 64, Long.MIN_VALUE + 1, 12);

    @TempDir Path folder;

    private Checkpoint with(Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("model");
        new Safetensors(metadata, Map.of()).write(file);
        return Checkpoint.read(file);
    }

    @Test
    void comesBackExactly() throws IOException {
        TrainingState state = new TrainingState("mse", 1L << 40, 1, (1L << 53) + 1, 0);
        assertEquals(state, TrainingState.of(with(state.metadata())));
        assertEquals(STATE, TrainingState.of(with(STATE.metadata())));
    }

    @ParameterizedTest
    @CsvSource({
        "weft.examples, 0, weft.examples '0'",
        "weft.batch, 0, weft.batch '0'",
        "weft.batch, 2147483648, which must be 1 to 2147483647",
        "weft.seed, 1.0, weft.seed '1.0'",
        "weft.epochs, -3, weft.epochs '-3'",
    })
    void whatMakesNoSenseIsRefused(String key, String value, String message) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>(STATE.metadata());
        metadata.put(key, value);
        Checkpoint checkpoint = with(metadata);
        String refusal =
                assertThrows(FormatException.class, () -> TrainingState.of(checkpoint)).getMessage()
                        + "";
        assertTrue(refusal.contains(message), refusal);
        metadata.remove(key);
        Checkpoint less = with(metadata);
        String missing =
                assertThrows(FormatException.class, () -> TrainingState.of(less)).getMessage() + "";
        assertTrue(missing.contains("has no '" + key + "'"), missing);
    }

    @Test
    void whatItsReaderWouldRefuseCannotBeMade() {
        for (int[] bad : new int[][] {{0, 1, 0}, {1, 0, 0}, {1, 1, -1}}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new TrainingState(STATE.objective(), bad[0], bad[1], 1, bad[2]));
        }
    }
}

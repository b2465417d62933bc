package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.data.Normalization;
import dev.weft.io.Checkpoint;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;
import dev.weft.nn.LossKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run's state as strings and back, exactly, and what is refused of it. */
class TrainingStateTest {
    private static final TrainingState STATE =
            new TrainingState(
                    LossKind.CROSS_ENTROPY,
                    new Normalization(0.1307, 1 / 3.0),
                    60_000,
                    64,
                    Long.MIN_VALUE + 1,
                    12);

    @TempDir Path folder;

    private Checkpoint with(Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("model");
        new Safetensors(metadata, Map.of()).write(file);
        return Checkpoint.read(file);
    }

    @ParameterizedTest
    @EnumSource(LossKind.class)
    void comesBackExactly(LossKind loss) throws IOException {
        TrainingState state =
                new TrainingState(loss, STATE.normalization(), 1, 1, (1L << 53) + 1, 0);
        assertEquals(state, TrainingState.of(with(state.metadata())));
        assertEquals(STATE, TrainingState.of(with(STATE.metadata())));
        assertEquals(STATE.normalization(), TrainingState.normalization(with(STATE.metadata())));
    }

    @ParameterizedTest
    @CsvSource({
        "weft.loss, hinge, weft.loss 'hinge'",
        "weft.mean, 1e308, 'the mean must be in [0, 1]'",
        "weft.mean, NaN, 'the mean must be in [0, 1]'",
        "weft.mean, -0.1, 'the mean must be in [0, 1]'",
        "weft.mean, 1.1, 'the mean must be in [0, 1]'",
        "weft.mean, dark, 'is no number'",
        "weft.deviation, 0, 'the deviation in (0, 1]'",
        "weft.deviation, -1, 'the deviation in (0, 1]'",
        "weft.deviation, 1.5, 'the deviation in (0, 1]'",
        "weft.deviation, 1e-300, its inverse an F32",
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
                    () ->
                            new TrainingState(
                                    STATE.loss(),
                                    STATE.normalization(),
                                    bad[0],
                                    bad[1],
                                    1,
                                    bad[2]));
        }
    }
}

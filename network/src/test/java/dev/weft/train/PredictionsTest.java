package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static final float NAN = Float.NaN;

    @Test
    void aRowsClassIsWhatArgmaxSays() {
        float[] rows = {
            1, 2, 3, 3, 2, 1, 2, 3, 2, 5, 5, 1, -3, -2, -1, 0, NAN, 9, NAN, 1, NAN, 1 / 0f, 1, NAN
        };
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor output = device.tensor(rows, rows.length / 3, 3);
            Predictions predictions = new Predictions();
            predictions.read(output);
            int[] expected = output.argmax(1).toIntArray();
            for (int row = 0; row < expected.length; row++) {
                assertEquals(expected[row], predictions.predicted(row), "row " + row);
            }
            assertEquals(3, predictions.classes());
            assertEquals(16, predictions.firstNan());
            // The array is longer than what is read next.
            predictions.read(device.tensor(new float[] {7, 8}, 1, 2));
            assertEquals(2, predictions.classes());
            assertEquals(-1, predictions.firstNan());
            assertEquals(1, predictions.predicted(0));
        }
    }
}

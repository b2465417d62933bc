package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.backend.DeviceInfo;
import dev.weft.metrics.Classification;
import dev.weft.train.Evaluation;
import dev.weft.train.Meter;
import dev.weft.train.TrainingListener.EpochEvent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Results in JSON, which has no numbers that are not finite. */
class RunReportTest {
    @TempDir Path folder;

    @Test
    void aNumberThatIsNotFiniteIsNullWithItsReason() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = RunReport.JSON.createGenerator(text)) {
            json.writeStartObject();
            RunReport.number(json, "a", 0.5);
            RunReport.number(json, "b", Double.NaN);
            RunReport.number(json, "c", Double.NEGATIVE_INFINITY);
            json.writeEndObject();
        }
        assertEquals(
                "{\"a\":0.5,\"b\":null,\"b_reason\":\"not finite: NaN\","
                        + "\"c\":null,\"c_reason\":\"not finite: -Infinity\"}",
                text.toString());
    }

    /** Nothing was counted, in no time: most of the figures are 0 / 0. */
    @Test
    void aReportHasNoNumbersInQuotes() throws IOException {
        EpochEvent epoch = new EpochEvent(1, Double.NaN, 0.5, 0, 0, 0.1, null);
        Problem digits = new DigitProblem(DigitData.forTraining(null, 10, 1));
        TrainOptions options = CommandLine.populateCommand(new TrainOptions());
        options.complete(digits.defaults());
        RunReport report =
                new RunReport(
                        options,
                        digits,
                        new DeviceInfo("cpu", "a CPU", 1, Map.of()),
                        List.of(epoch),
                        new Evaluation(
                                Double.POSITIVE_INFINITY, 0, Meter.classes(new Classification(10))),
                        List.of(),
                        Decision.USUAL,
                        "0");
        Path file = folder.resolve("r.json");
        report.write(file);
        String written = Files.readString(file);
        assertTrue(written.contains("\"loss\" : [ null ]"), written);
        assertTrue(written.contains("\"loss_reason\" : \"not finite: 1 of them\""), written);
        assertTrue(written.contains("\"samples_per_second\" : null"), written);
        assertTrue(written.contains("\"test_loss_reason\" : \"not finite: Infinity\""), written);
        assertFalse(written.contains(": \"NaN\""), written);
    }
}

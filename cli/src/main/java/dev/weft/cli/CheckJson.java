package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.conformance.CaseResult;
import dev.weft.conformance.CaseResult.Outcome;
import dev.weft.conformance.CheckReport;
import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code weft check} has found, for scripts: the counts, of all cases and of each operator,
 * and the cases. An error is a fraction of what is allowed; null where nothing was compared, or
 * where it has no finite number.
 *
 * @param types in which PyTorch's cases ran
 */
record CheckJson(DeviceInfo device, List<DType> types, CheckReport report) {
    /** As it is written, here and for readers. */
    static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    void write(Path path) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator json = RunReport.JSON.createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    writeTo(json);
                    json.flush();
                    stream.write('\n');
                });
    }

    private void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        counts(json, report);
        json.writeObjectFieldStart("operators");
        for (Map.Entry<String, CheckReport> operator : report.operators().entrySet()) {
            json.writeObjectFieldStart(operator.getKey());
            counts(json, operator.getValue());
            worst(json, operator.getValue().worst());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeStringField("weft", Main.Version.text());
        json.writeStringField("backend", device.selector());
        json.writeStringField("device", device.description());
        json.writeArrayFieldStart("dtypes");
        for (DType type : types) {
            json.writeString(type.name());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("cases");
        for (CaseResult c : report.cases()) {
            json.writeStartObject();
            json.writeStringField("name", c.name());
            json.writeStringField("operator", c.operator());
            json.writeStringField("outcome", name(c.outcome()));
            worst(json, c.worst());
            if (!c.reason().isEmpty()) {
                json.writeStringField("reason", c.reason());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void counts(JsonGenerator json, CheckReport report) throws IOException {
        for (Outcome outcome : Outcome.values()) {
            json.writeNumberField(name(outcome), report.count(outcome));
        }
    }

    private static void worst(JsonGenerator json, double worst) throws IOException {
        if (Double.isFinite(worst)) {
            json.writeNumberField("worst", worst);
        } else {
            json.writeNullField("worst");
        }
    }
}

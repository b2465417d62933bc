package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.backend.Availability;
import dev.weft.backend.DeviceInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Lists every backend with its devices, or why it cannot be used and what to do. */
@Command(
        name = "devices",
        description = "List every backend: ready, or why not and what to do.",
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson());
        } else {
            printText(out);
        }
        return 0;
    }

    private static void printText(PrintWriter out) {
        for (Devices.Listing listing : Devices.list()) {
            switch (listing.availability()) {
                case Availability.Ready ready -> {
                    for (DeviceInfo device : ready.devices()) {
                        out.printf("%-12s ready   %s%n", device.selector(), device.description());
                        for (Map.Entry<String, String> fact : facts(device, listing).entrySet()) {
                            out.printf("%-20s %s: %s%n", "", fact.getKey(), fact.getValue());
                        }
                    }
                }
                case Availability.Unavailable missing -> {
                    out.printf("%-12s missing %s%n", listing.backend(), missing.reason());
                    out.printf("%-20s to do: %s%n", "", missing.remedy());
                }
            }
        }
    }

    private static Map<String, String> facts(DeviceInfo device, Devices.Listing listing) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (device.memoryBytes() > 0) {
            facts.put("memory", String.format("%.1f GiB", device.memoryBytes() / 0x1p30));
        }
        facts.putAll(device.properties());
        if (!listing.options().isEmpty()) {
            facts.put("options", String.join(", ", options(listing)));
        }
        return facts;
    }

    /** What {@code DeviceOptions} can set, by name. */
    private static List<String> options(Devices.Listing listing) {
        return listing.options().stream().sorted().map(DeviceOptions.Option::label).toList();
    }

    private static String asJson() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = RunReport.JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (Devices.Listing listing : Devices.list()) {
                json.writeStartObject();
                json.writeStringField("backend", listing.backend());
                switch (listing.availability()) {
                    case Availability.Ready ready -> {
                        json.writeBooleanField("ready", true);
                        json.writeArrayFieldStart("devices");
                        for (DeviceInfo device : ready.devices()) {
                            writeDevice(json, device);
                        }
                        json.writeEndArray();
                        json.writeArrayFieldStart("options");
                        for (String option : options(listing)) {
                            json.writeString(option);
                        }
                        json.writeEndArray();
                    }
                    case Availability.Unavailable missing -> {
                        json.writeBooleanField("ready", false);
                        json.writeStringField("reason", missing.reason());
                        json.writeStringField("remedy", missing.remedy());
                    }
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return text.toString();
    }

    private static void writeDevice(JsonGenerator json, DeviceInfo device) throws IOException {
        json.writeStartObject();
        json.writeStringField("device", device.selector());
        json.writeStringField("description", device.description());
        json.writeNumberField("memory_bytes", device.memoryBytes());
        for (Map.Entry<String, String> property : device.properties().entrySet()) {
            json.writeStringField(property.getKey(), property.getValue());
        }
        json.writeEndObject();
    }
}

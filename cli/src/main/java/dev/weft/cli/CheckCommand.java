package dev.weft.cli;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.backend.DeviceInfo;
import dev.weft.conformance.CaseResult;
import dev.weft.conformance.CaseResult.Outcome;
import dev.weft.conformance.CheckReport;
import dev.weft.conformance.SuiteCheck;
import dev.weft.conformance.VectorCheck;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Holds a backend to cases that others made, or to Weft's own suite. */
@Command(
        name = "check",
        description = {
            "Hold a backend to a folder of cases: ONNX's node tests and PyTorch's results, at any"
                    + " depth. Without one, to Weft's own conformance suite, which takes minutes.",
            "A case has passed, failed, or is unsupported: it asks for what Weft or the device"
                    + " does not have. What cannot be read has failed."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:no case failed",
            "1:a case failed",
            "2:something to mend: an option, a folder without cases, a device",
            "130:Ctrl-C"
        })
final class CheckCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--vectors",
            paramLabel = "DIR",
            description =
                    "A folder of cases, or one case: folders with a model.onnx, .safetensors"
                            + " files.")
    private @Nullable Path vectors;

    @Option(
            names = "--dtype",
            paramLabel = "NAME",
            split = ",",
            description =
                    "The types in which PyTorch's cases run: F64, F32, F16, BF16. ONNX's have their"
                            + " own. Default: F32 and, where the device has it, F64.")
    private List<DType> types = List.of();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the counts, and each case's result, as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json != null) {
            OutputFolder.checkWritable(json);
        }
        for (DType type : types) {
            if (!type.isFloating()) {
                throw new InputException(
                        "--dtype %s: is no floating type: choose among F64, F32, F16 and BF16"
                                .formatted(type));
            }
        }
        CheckJson result = vectors == null ? runSuite(out) : runCases(vectors, out);
        CheckReport report = result.report();
        print(report, out);
        if (json != null) {
            result.write(json);
        }
        return (report.count(Outcome.FAILED) == 0 ? Exit.DONE : Exit.CASE_FAILED).code();
    }

    private CheckJson runCases(Path folder, PrintWriter out) throws IOException {
        VectorCheck check = VectorCheck.of(folder);
        try (Device device = backend.open(out)) {
            List<DType> run = types.isEmpty() ? VectorCheck.defaultTypes(device) : types;
            return new CheckJson(device.info(), run, check.run(device, run, _ -> {}));
        }
    }

    private CheckJson runSuite(PrintWriter out) {
        if (!types.isEmpty()) {
            throw new InputException("--dtype: the suite has all types: give --vectors too");
        }
        DeviceInfo info;
        try (Device device = backend.open(out)) {
            info = device.info();
        }
        return new CheckJson(info, types, SuiteCheck.run(info.selector(), _ -> {}));
    }

    private static void print(CheckReport report, PrintWriter out) {
        Map<String, CheckReport> operators = report.operators();
        int width = operators.keySet().stream().mapToInt(String::length).max().orElse(0);
        operators.forEach(
                (name, cases) ->
                        out.println(("%-" + width + "s  %s").formatted(name, line(cases))));
        for (CaseResult c : report.cases()) {
            if (c.outcome() == Outcome.FAILED) {
                out.println("failed: %s (%s): %s".formatted(c.name(), c.operator(), c.reason()));
            }
        }
        out.println("%d cases: %s".formatted(report.cases().size(), line(report)));
    }

    private static String line(CheckReport report) {
        List<String> parts = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            long count = report.count(outcome);
            if (count > 0) {
                parts.add(count + " " + CheckJson.name(outcome));
            }
        }
        if (!Double.isNaN(report.worst())) {
            parts.add("worst error %.3g of what is allowed".formatted(report.worst()));
        }
        Map<String, Long> reasons =
                report.cases().stream()
                        .filter(c -> c.outcome() == Outcome.UNSUPPORTED)
                        .collect(
                                Collectors.groupingBy(
                                        CaseResult::reason, TreeMap::new, Collectors.counting()));
        boolean ofOneOperator = report.operators().size() == 1;
        return String.join(", ", parts)
                + (ofOneOperator && !reasons.isEmpty()
                        ? " (" + String.join("; ", reasons.keySet()) + ")"
                        : "");
    }
}

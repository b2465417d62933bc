package dev.weft.cli;

import dev.weft.io.PrintableWriter;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;

/** The entry point. Whatever goes wrong ends in one line on standard error and an {@link Exit}. */
@Command(
        name = "weft",
        description = "Train and run networks, on whichever backend is there.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a bug in Weft; check: a case failed",
            "2:something to mend: an option, a file, a device, memory, a full disk",
            "3:predict found no digit in a picture",
            "130:Ctrl-C (143: SIGTERM; 129: the terminal is gone); train has saved its model"
        },
        subcommands = {
            DevicesCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            GenerateCommand.class,
            ExportCommand.class,
            BenchCommand.class,
            TuneCommand.class,
            CheckCommand.class,
            RunCommand.class,
            EmbedCommand.class,
            InspectCommand.class
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "On an error, print where it came from.")
    private boolean stacktrace;

    private Main() {}

    /** Starts the program. */
    public static void main(String[] args) {
        // Numbers look the same everywhere, so that output can be compared and parsed.
        Locale.setDefault(Locale.ROOT);
        System.exit(
                run(
                        new OutputStreamWriter(
                                new FileOutputStream(FileDescriptor.out), System.out.charset()),
                        new OutputStreamWriter(
                                new FileOutputStream(FileDescriptor.err), System.err.charset()),
                        args));
    }

    /** Runs a command line, and returns its exit code. */
    static int run(Writer standardOut, Writer standardErr, String... args) {
        PrintableWriter printable = new PrintableWriter(standardOut);
        PrintWriter out = new PrintWriter(printable, true);
        PrintWriter err = new PrintWriter(new PrintableWriter(standardErr), true);
        Main main = new Main();
        CommandLine line =
                new CommandLine(main)
                        .setOut(out)
                        .setErr(err)
                        .setColorScheme(
                                CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setUsageHelpAutoWidth(true)
                        .setParameterExceptionHandler(Main::badArguments)
                        .setExecutionExceptionHandler(
                                (e, command, parsed) -> failed(main, e, command));
        OptionTypes.register(line);
        int code;
        try {
            code = line.execute(args);
        } catch (Error e) {
            // Picocli hands on exceptions only.
            code = failed(main, e, line);
        }
        out.flush();
        if (printable.failure().isPresent()) {
            // A disk that is full, or a reader that has gone.
            String reason = printable.failure().get().getMessage();
            err.println("weft: standard output cannot be written: " + reason);
            return code == Exit.DONE.code() ? Exit.BAD_INPUT.code() : code;
        }
        return code;
    }

    /** Without a command: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int badArguments(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String problem = new Failure(Exit.BAD_INPUT, String.valueOf(e.getMessage())).line();
        command.getErr().println("%s: %s (see %s --help)".formatted(name, problem, name));
        return Exit.BAD_INPUT.code();
    }

    private static int failed(Main main, Throwable e, CommandLine command) {
        Failure failure = Failure.of(e);
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + failure.line());
        if (main.stacktrace) {
            e.printStackTrace(command.getErr());
        }
        return failure.exit().code();
    }

    /** The version in the jar's module descriptor or manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"weft " + text()};
        }

        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "0.1.0-SNAPSHOT" : version;
        }
    }
}

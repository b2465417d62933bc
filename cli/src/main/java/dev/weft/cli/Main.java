package dev.weft.cli;

import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.train.NonFiniteException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/**
 * The entry point. Whatever goes wrong for a reason that the user can mend ends in one line on
 * standard error and exit code 2; anything else is a bug, and ends with exit code 1.
 */
@Command(
        name = "weft",
        description = "Train and run small networks, on whichever backend is there.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            DevicesCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            BenchCommand.class,
            TuneCommand.class
        })
public final class Main implements Runnable {
    static final int BAD_INPUT = 2;
    static final int BUG = 1;

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
                        new PrintWriter(System.out, true, System.out.charset()),
                        new PrintWriter(System.err, true, System.err.charset()),
                        args));
    }

    /** Runs a command line, and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line =
                new CommandLine(main)
                        .setOut(out)
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setUsageHelpAutoWidth(true)
                        .setParameterExceptionHandler(Main::badArguments)
                        .setExecutionExceptionHandler(
                                (e, command, parsed) -> failed(main, e, command));
        return line.execute(args);
    }

    /** Without a command: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int badArguments(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr()
                .println(
                        name
                                + ": "
                                + oneLine(String.valueOf(e.getMessage()))
                                + " (see "
                                + name
                                + " --help)");
        return BAD_INPUT;
    }

    private static int failed(Main main, Exception e, CommandLine command) {
        boolean known = isKnown(e);
        String message = known ? describe(e) : e + "; this is a bug, --stacktrace shows where";
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + oneLine(message));
        if (main.stacktrace) {
            e.printStackTrace(command.getErr());
        }
        return known ? BAD_INPUT : BUG;
    }

    /** Whether it is a failure that Weft reports on purpose, with a message for the user. */
    private static boolean isKnown(Exception e) {
        return e instanceof InputException
                || e instanceof IOException
                || e instanceof UncheckedIOException
                || e instanceof NonFiniteException
                || e instanceof BackendUnavailableException
                || e instanceof DeviceOutOfMemoryException
                || e instanceof DeviceLostException
                || e instanceof IllegalArgumentException;
    }

    /** The JDK's file exceptions have only the file's name as their message. */
    private static String describe(Exception e) {
        String message = String.valueOf(e.getMessage());
        return switch (e) {
            case NoSuchFileException _ -> message + ": there is no such file or folder";
            case AccessDeniedException _ -> message + ": permission denied";
            case NotDirectoryException _ -> message + ": is not a folder";
            case FileAlreadyExistsException _ -> message + ": is there already, and is no folder";
            default -> message;
        };
    }

    private static String oneLine(String message) {
        return message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
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

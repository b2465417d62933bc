package dev.weft.cli;

import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** How the values of options are read, with errors that say what is expected. */
final class OptionTypes {
    private OptionTypes() {}

    /** For a program and its commands. */
    static void register(CommandLine program) {
        program.registerConverter(int.class, OptionTypes::integer)
                .registerConverter(Integer.class, OptionTypes::integer)
                .registerConverter(long.class, text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE))
                .registerConverter(double.class, OptionTypes::number)
                .registerConverter(Double.class, OptionTypes::number)
                .registerConverter(Path.class, OptionTypes::path);
    }

    private static int integer(String text) {
        return (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long whole(String text, long least, long most) {
        BigInteger value;
        try {
            value = new BigInteger(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'%s' is not a whole number".formatted(text));
        }
        if (value.compareTo(BigInteger.valueOf(least)) < 0
                || value.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new TypeConversionException(
                    "'%s' is not from %d to %d".formatted(text, least, most));
        }
        return value.longValueExact();
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'%s' is not a number".formatted(text));
        }
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' names no file or folder");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(
                    "'%s' is not a path: %s".formatted(text, e.getReason()));
        }
    }
}

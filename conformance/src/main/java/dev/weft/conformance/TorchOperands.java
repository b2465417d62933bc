package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A case's inputs on a device, and its settings, for the operation that computes it. */
final class TorchOperands {
    private static final String OPERAND = "operand";
    private static final String ATTRIBUTE = "attribute";

    private final TorchCase c;
    private final Device device;
    private final DType floating;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<String, Tensor> results = new HashMap<>();
    private final Unread unread = new Unread();

    /** With operands of this floating type; integers and truths as the file has them. */
    TorchOperands(TorchCase c, Device device, DType floating) {
        this.c = c;
        this.device = device;
        this.floating = floating;
        unread.add(OPERAND, c.names("in."));
        unread.add(ATTRIBUTE, c.attributes().keySet());
        for (String name : c.names("in.")) {
            TorchCase.Array array = c.array("in." + name);
            DType dtype = array.dtype().isFloating() ? floating : array.dtype();
            Values values = Values.of(dtype, array.values());
            tensors.put(name, values.on(device, array.shape()).named(name));
        }
    }

    String operation() {
        return c.operation();
    }

    Device device() {
        return device;
    }

    /** The type of the operands that are floating-point numbers. */
    DType floating() {
        return floating;
    }

    /** The operand "x". */
    Tensor x() {
        return get("x");
    }

    Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new UnsupportedCase("without operand " + name);
        }
        unread.read(OPERAND, name);
        return tensor;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** An operand's elements, for the host. */
    double[] numbers(String name) {
        get(name);
        return c.array("in." + name).values();
    }

    boolean isReal(String name) {
        return c.array("in." + name).dtype().isFloating();
    }

    /** An attribute, or an empty text where it is not there or null. */
    String text(String attribute) {
        unread.read(ATTRIBUTE, attribute);
        return c.attributes().getOrDefault(attribute, "");
    }

    /** Whether an attribute is there and true. */
    boolean flag(String attribute) {
        return text(attribute).equals("true");
    }

    int integer(String attribute) {
        return whole(attribute, real(attribute));
    }

    /** The same, or another where the case has none. */
    int integer(String attribute, int otherwise) {
        return text(attribute).isEmpty() ? otherwise : integer(attribute);
    }

    /** Whole numbers in a list, or one alone. */
    int[] integers(String attribute) {
        return Arrays.stream(reals(attribute))
                .mapToInt(number -> whole(attribute, number))
                .toArray();
    }

    private int whole(String attribute, double number) {
        if (number != (int) number) {
            throw unsupported(attribute);
        }
        return (int) number;
    }

    double real(String attribute) {
        double[] reals = reals(attribute);
        if (reals.length != 1) {
            throw unsupported(attribute);
        }
        return reals[0];
    }

    /** The same, or another where the case has none. */
    double real(String attribute, double otherwise) {
        return text(attribute).isEmpty() ? otherwise : real(attribute);
    }

    /** Numbers in a list, or one alone. */
    double[] reals(String attribute) {
        String text = text(attribute);
        if (text.isEmpty()) {
            throw new UnsupportedCase("without attribute " + attribute);
        }
        try {
            return Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
        } catch (NumberFormatException _) {
            throw unsupported(attribute);
        }
    }

    private UnsupportedCase unsupported(String attribute) {
        return new UnsupportedCase("attribute %s of %s".formatted(attribute, text(attribute)));
    }

    /** Ends a case whose attribute is there and asks for something else. */
    void only(String attribute, String value) {
        String text = text(attribute);
        if (!text.isEmpty() && !text.equals(value)) {
            throw unsupported(attribute);
        }
    }

    /** A result beside "y". */
    void give(String name, Tensor result) {
        results.put(name, result);
    }

    /** Every result, by name. */
    Map<String, Tensor> results() {
        return results;
    }

    /** Ends a case of which something was not looked at. */
    void refuseUnread() {
        unread.refuse();
    }
}

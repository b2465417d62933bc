package dev.weft.onnx.operator;

import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;

/** ONNX's operators by operations on tensors. onnx/onnx v1.22.0, docs/Operators.md. */
public final class Operators {
    /** The first version of ONNX's operators that Weft knows. */
    public static final long OLDEST = 7;

    /** The last version of ONNX's operators that Weft knows. */
    public static final long NEWEST = 25;

    /** ONNX's own domains: their operators are listed by their bare names. */
    private static final Set<String> BARE = Set.of("", "ai.onnx.preview.training");

    private static final Map<String, Operator> OPERATORS = table();

    private Operators() {}

    private static Map<String, Operator> table() {
        OperatorTable table = new OperatorTable();
        ElementwiseOperators.addTo(table);
        ActivationOperators.addTo(table);
        ProductOperators.addTo(table);
        ReductionOperators.addTo(table);
        UpdateOperators.addTo(table);
        ChoiceOperators.addTo(table);
        ConversionOperators.addTo(table);
        ConvolutionOperators.addTo(table);
        LayoutOperators.addTo(table);
        NormalizationOperators.addTo(table);
        AttentionOperator.addTo(table);
        IndexOperators.addTo(table);
        LossOperators.addTo(table);
        PoolingOperators.addTo(table);
        ResizeOperators.addTo(table);
        ControlOperators.addTo(table);
        RecurrentOperators.addTo(table);
        QuantizedOperators.addTo(table);
        FusedOperators.addTo(table);
        FusedAttention.addTo(table);
        DetectionOperators.addTo(table);
        GridSample.addTo(table);
        SignalOperators.addTo(table);
        RandomOperators.addTo(table);
        RotaryOperators.addTo(table);
        return table.all();
    }

    /** Whether a node may give something else each time, whatever its inputs. */
    public static boolean isRandom(Node node) {
        return node.domain().isEmpty() && RandomOperators.NAMES.contains(node.operator());
    }

    /** The operator of a name in a domain, or null where Weft has none. */
    public static @Nullable Operator find(String domain, String name) {
        return OPERATORS.get(BARE.contains(domain) ? name : domain + "." + name);
    }
}

package dev.weft.onnx.operator;

import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** ONNX's LSTM, GRU and RNN, whose gates stand in another order than PyTorch's. */
final class RecurrentOperators {
    private static final int BIAS = 3;
    private static final int LENGTHS = 4;
    private static final int FIRST_H = 5;
    private static final int FIRST_C = 6;
    private static final int PEEPHOLES = 7;

    /** Which of ONNX's gates PyTorch's are: input, output, forget, cell. */
    private static final int[] LSTM = {0, 2, 3, 1};

    /** Update, reset, hidden. */
    private static final int[] GRU = {1, 0, 2};

    private static final int[] RNN = {0};

    private RecurrentOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("LSTM", node -> run(node, RecurrentCell.LSTM, LSTM));
        operators.put("GRU", node -> run(node, RecurrentCell.GRU, GRU));
        operators.put("RNN", node -> run(node, RecurrentCell.RNN_TANH, RNN));
    }

    private static List<Tensor> run(NodeCall node, RecurrentCell usual, int[] order) {
        RecurrentCell cell = cell(node, usual);
        node.ignore("hidden_size"); // the weights have it
        refuse(node);
        String direction = node.text("direction", "forward");
        boolean both = direction.equals("bidirectional");
        boolean reversed = direction.equals("reverse");
        boolean batchFirst = node.integer("layout", 0) == 1;
        if (reversed && node.has(LENGTHS)) {
            throw new UnsupportedOnnxException("sequences of several lengths in reverse");
        }
        if (usual == RecurrentCell.GRU && node.integer("linear_before_reset", 0) == 0) {
            if (batchFirst) {
                throw new UnsupportedOnnxException("layout 1 of a GRU that resets first");
            }
            return ResetFirstGru.run(node, direction);
        }
        List<RecurrentWeights> weights = new ArrayList<>();
        for (int side = 0; side < (both ? 2 : 1); side++) {
            weights.add(weights(node, side, order));
        }
        Tensor given = turned(node.x(0), batchFirst);
        Tensor x = reversed ? given.flip(0) : given;
        RecurrenceOptions options =
                RecurrenceOptions.defaults()
                        .bidirectional(both)
                        .lengths(lengths(node))
                        .h(first(node, FIRST_H, batchFirst))
                        .c(cell == RecurrentCell.LSTM ? first(node, FIRST_C, batchFirst) : null);
        Recurrence.Result result = Recurrence.unroll(cell, x, weights, options);
        // steps×batch×(directions hidden) becomes steps×directions×batch×hidden.
        Tensor y = reversed ? result.y().flip(0) : result.y();
        long sides = weights.size();
        Tensor all =
                LayoutOperators.reshaped(y, y.dim(0), y.dim(1), sides, y.dim(2) / sides)
                        .permute(batchFirst ? new int[] {1, 0, 2, 3} : new int[] {0, 2, 1, 3});
        Tensor h = turned(result.h(), batchFirst);
        Tensor c = result.c();
        return c == null ? List.of(all, h) : List.of(all, h, turned(c, batchFirst));
    }

    /** With layout 1, the batch is the first axis of everything. */
    private static Tensor turned(Tensor x, boolean batchFirst) {
        return batchFirst ? x.transpose(0, 1) : x;
    }

    private static @Nullable Tensor first(NodeCall node, int input, boolean batchFirst) {
        return node.has(input) ? turned(node.x(input), batchFirst).contiguous() : null;
    }

    private static RecurrentCell cell(NodeCall node, RecurrentCell usual) {
        List<String> given = node.texts("activations");
        List<String> due =
                switch (usual) {
                    case LSTM -> List.of("sigmoid", "tanh", "tanh");
                    case GRU -> List.of("sigmoid", "tanh");
                    case RNN_TANH, RNN_RELU -> List.of("tanh");
                };
        boolean relu = usual == RecurrentCell.RNN_TANH;
        for (int i = 0; i < given.size(); i++) {
            relu &= given.get(i).equalsIgnoreCase("relu");
            if (!given.get(i).equalsIgnoreCase(due.get(i % due.size()))
                    && usual != RecurrentCell.RNN_TANH) {
                throw new UnsupportedOnnxException("activations " + given);
            }
        }
        boolean tanh = given.stream().allMatch(name -> name.equalsIgnoreCase("tanh"));
        if (usual == RecurrentCell.RNN_TANH && !relu && !tanh) {
            throw new UnsupportedOnnxException("activations " + given);
        }
        return relu && !given.isEmpty() ? RecurrentCell.RNN_RELU : usual;
    }

    private static void refuse(NodeCall node) {
        boolean coupled = node.integer("input_forget", 0) != 0;
        if (coupled || node.hasAttribute("clip") || node.has(PEEPHOLES)) {
            throw new UnsupportedOnnxException("input_forget, clip or peepholes");
        }
    }

    private static int @Nullable [] lengths(NodeCall node) {
        return node.has(LENGTHS)
                ? Arrays.stream(node.numbers(LENGTHS)).mapToInt(Math::toIntExact).toArray()
                : null;
    }

    private static RecurrentWeights weights(NodeCall node, int side, int[] order) {
        Tensor input = ordered(node.x(1).select(0, side), order, order.length);
        Tensor hidden = ordered(node.x(2).select(0, side), order, order.length);
        if (!node.has(BIAS)) {
            return new RecurrentWeights(input, hidden, null, null);
        }
        Tensor biases = node.x(BIAS).select(0, side);
        long half = biases.dim(0) / 2;
        return new RecurrentWeights(
                input,
                hidden,
                ordered(biases.slice(0, 0, half), order, order.length),
                ordered(biases.slice(0, half, 2 * half), order, order.length));
    }

    /** The blocks of rows in another order. */
    private static Tensor ordered(Tensor x, int[] order, int gates) {
        long rows = x.dim(0) / gates;
        Tensor[] parts = new Tensor[gates];
        Arrays.setAll(parts, i -> x.slice(0, order[i] * rows, (order[i] + 1) * rows));
        return gates == 1 ? x : Tensor.concat(0, parts);
    }
}

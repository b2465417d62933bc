package dev.weft.onnx.operator;

import dev.weft.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Operators by name, as families of them add theirs. */
final class OperatorTable {
    private final Map<String, Operator> operators = new HashMap<>();

    Map<String, Operator> all() {
        return Map.copyOf(operators);
    }

    void put(String name, Operator operator) {
        if (operators.put(name, operator) != null) {
            throw new IllegalStateException("two operators are called " + name);
        }
    }

    /** An operator of one output. */
    void one(String name, Function<NodeCall, Tensor> operator) {
        put(name, node -> List.of(operator.apply(node)));
    }

    void unary(String name, UnaryOperator<Tensor> operator) {
        one(name, node -> operator.apply(node.x(0)));
    }

    void binary(String name, BinaryOperator<Tensor> operator) {
        one(name, node -> operator.apply(node.x(0), node.x(1)));
    }

    /** An operator of any number of operands, at least one. */
    void variadic(String name, BinaryOperator<Tensor> operator) {
        one(name, node -> Arrays.stream(node.all()).reduce(operator).orElseThrow());
    }
}

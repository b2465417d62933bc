package dev.weft.onnx.graph;

import java.util.List;

/** An attribute's value. Reads of another kind than it has are errors of whoever asks. */
public sealed interface Attribute {
    /** A float. */
    record Real(float value) implements Attribute {}

    /** An integer. */
    record Int(long value) implements Attribute {}

    /** A string. */
    record Text(String value) implements Attribute {}

    /** A tensor. */
    record Array(OnnxTensor value) implements Attribute {}

    /** A graph, as of a branch or a loop's body. */
    record Subgraph(Graph value) implements Attribute {}

    /** Floats. */
    record Reals(List<Float> values) implements Attribute {}

    /** Integers. */
    record Ints(List<Long> values) implements Attribute {}

    /** Strings. */
    record Texts(List<String> values) implements Attribute {}

    /** In a function's node: what the attribute of this name of the function's caller is. */
    record Reference(String name) implements Attribute {}

    /** A kind that no operator of Weft's takes, by AttributeProto.AttributeType. */
    record Other(int type) implements Attribute {}
}

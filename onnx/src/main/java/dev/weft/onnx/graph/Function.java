package dev.weft.onnx.graph;

import java.util.List;
import java.util.Map;

/**
 * An operator that a model defines by others.
 *
 * @param defaults attributes of calls that do not give them
 */
record Function(
        String name,
        String domain,
        List<String> inputs,
        List<String> outputs,
        List<Node> nodes,
        Map<String, Attribute> defaults) {}

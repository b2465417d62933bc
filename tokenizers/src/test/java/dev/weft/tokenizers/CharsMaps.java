package dev.weft.tokenizers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Makes SentencePiece's compiled tables, the simplest way: each node where it fits first. */
final class CharsMaps {
    private static final int BYTES = 256;

    /** A node's children by their bytes; the value of the text that ends here, or -1. */
    private static final class Node {
        final Map<Integer, Node> children = new TreeMap<>();
        int value = -1;
    }

    private final int[] units = new int[1 << 14];
    private final boolean[] used = new boolean[units.length];

    private CharsMaps() {}

    static String base64(Map<String, String> entries) {
        Node root = new Node();
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        entries.forEach(
                (from, to) -> {
                    Node node = root;
                    for (byte next : from.getBytes(StandardCharsets.UTF_8)) {
                        node = node.children.computeIfAbsent(next & 0xFF, _ -> new Node());
                    }
                    node.value = texts.size();
                    texts.writeBytes(to.getBytes(StandardCharsets.UTF_8));
                    texts.write(0);
                });
        CharsMaps map = new CharsMaps();
        map.used[0] = true;
        map.place(root, 0);
        ByteBuffer bytes =
                ByteBuffer.allocate(Integer.BYTES * (1 + map.units.length) + texts.size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(Integer.BYTES * map.units.length);
        Arrays.stream(map.units).forEach(bytes::putInt);
        bytes.put(texts.toByteArray());
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** Puts the children of the node at a place where nothing is in their way. */
    private void place(Node node, int place) {
        int base = base(node);
        units[place] |= (place ^ base) << 10 | (node.value >= 0 ? 1 << 8 : 0);
        if (node.value >= 0) {
            units[base] = 1 << 31 | node.value;
            used[base] = true;
        }
        node.children.forEach(
                (label, child) -> {
                    units[base ^ label] = label;
                    used[base ^ label] = true;
                });
        node.children.forEach((label, child) -> place(child, base ^ label));
    }

    private int base(Node node) {
        int base = BYTES;
        while (used[base] || node.children.keySet().stream().anyMatch(isInTheWay(base))) {
            base++;
        }
        return base;
    }

    private Predicate<Integer> isInTheWay(int base) {
        return label -> used[base ^ label];
    }
}

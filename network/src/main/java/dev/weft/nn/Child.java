package dev.weft.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * A block within another.
 *
 * @param name within the other, without dots
 * @param block the block
 */
public record Child(String name, Block block) {
    /** Checks the name. */
    public Child {
        if (name.isEmpty() || name.indexOf('.') >= 0) {
            throw new IllegalArgumentException(
                    "child: the name must not be empty, nor have a dot, got '%s'".formatted(name));
        }
    }

    /** Blocks by their numbers, from 0 on. */
    public static List<Child> numbered(List<? extends Block> blocks) {
        List<Child> children = new ArrayList<>();
        for (Block block : blocks) {
            children.add(new Child(Integer.toString(children.size()), block));
        }
        return children;
    }
}

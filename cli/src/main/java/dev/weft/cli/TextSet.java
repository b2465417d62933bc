package dev.weft.cli;

import dev.weft.nn.Task;
import dev.weft.train.Meter;

import java.util.List;

/** Texts whose next characters are foretold. */
interface TextSet extends TestSet {
    /** The first figure of a test. */
    String BITS = "bits_per_character";

    @Override
    default Task task() {
        return Task.TOKENS;
    }

    @Override
    default List<String> classes() {
        return List.of();
    }

    @Override
    default String targetName() {
        return "next character";
    }

    @Override
    default Meter meter(Decision decision) {
        return Meter.tokens("character");
    }
}

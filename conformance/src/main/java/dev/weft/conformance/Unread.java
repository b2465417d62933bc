package dev.weft.conformance;

import java.util.Collection;
import java.util.TreeSet;

/**
 * What a case says and nobody has asked for. An operator that has not looked at an attribute or an
 * operand has not computed what the case is about, whatever its numbers.
 */
final class Unread {
    private final TreeSet<String> names = new TreeSet<>();

    /** Of so many things of this kind. */
    void add(String kind, Collection<String> these) {
        these.forEach(name -> names.add(kind + " " + name));
    }

    void read(String kind, String name) {
        names.remove(kind + " " + name);
    }

    /**
     * Ends the case where something is left.
     *
     * @throws UnsupportedCase naming it
     */
    void refuse() {
        if (!names.isEmpty()) {
            throw new UnsupportedCase("no use of " + String.join(", ", names));
        }
    }
}

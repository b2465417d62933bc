package dev.weft.report;

import java.util.List;

/**
 * What a page says of a run.
 *
 * @param title such as "penguins.csv: species"
 * @param summary one sentence below it, may be empty
 * @param sections in their order; those without blocks are left out of the page
 */
public record Report(String title, String summary, List<Section> sections) {
    /**
     * A part with a heading, which the page's navigation leads to.
     *
     * @param title unique in the report
     */
    public record Section(String title, List<Block> blocks) {
        /** Keeps the list as it is now. */
        public Section {
            blocks = List.copyOf(blocks);
        }

        /** Of these blocks. */
        public static Section of(String title, Block... blocks) {
            return new Section(title, List.of(blocks));
        }
    }

    /** Keeps the list as it is now. */
    public Report {
        sections = List.copyOf(sections);
    }
}

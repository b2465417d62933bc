/** What is computed: the pieces of work, their data, how much work they are, and what is right. */
@NullMarked
package dev.weft.benchmarks.task;

import org.jspecify.annotations.NullMarked;

/** The machine: what it is, and what it can do at most. */
@NullMarked
package dev.weft.benchmarks.machine;

import org.jspecify.annotations.NullMarked;

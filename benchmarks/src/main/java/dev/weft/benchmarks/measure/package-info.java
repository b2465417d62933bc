/** How long it takes: candidates in turns, so that ratios hold on a machine that others use too. */
@NullMarked
package dev.weft.benchmarks.measure;

import org.jspecify.annotations.NullMarked;

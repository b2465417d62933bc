/** What a run has measured: kept, read again, shown and compared. */
@NullMarked
package dev.weft.benchmarks.report;

import org.jspecify.annotations.NullMarked;

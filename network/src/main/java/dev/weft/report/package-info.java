/** Pages that need nothing beside them: a run's report, and the same while it goes on. */
@NullMarked
package dev.weft.report;

import org.jspecify.annotations.NullMarked;

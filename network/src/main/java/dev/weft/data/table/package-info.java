/**
 * Tables: reading them from CSV and TSV, cleaning and encoding their columns, and what was fitted
 * to the training part, which goes with a model.
 */
@NullMarked
package dev.weft.data.table;

import org.jspecify.annotations.NullMarked;

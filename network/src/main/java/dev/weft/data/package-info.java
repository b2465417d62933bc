/** Data sets: IDX files, digits drawn by the program, normalising, splits and mini-batches. */
@NullMarked
package dev.weft.data;

import org.jspecify.annotations.NullMarked;

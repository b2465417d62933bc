/** Training, with listeners and a guard against NaN, and evaluation. */
@NullMarked
package dev.weft.train;

import org.jspecify.annotations.NullMarked;

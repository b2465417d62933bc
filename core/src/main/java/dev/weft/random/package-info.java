/** Counter-based random numbers. */
@NullMarked
package dev.weft.random;

import org.jspecify.annotations.NullMarked;

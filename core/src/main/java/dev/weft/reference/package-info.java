/**
 * A scalar backend that stores and computes in double: the executable specification of every
 * kernel.
 */
@NullMarked
package dev.weft.reference;

import org.jspecify.annotations.NullMarked;

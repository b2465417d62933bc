/** Reverse-mode differentiation: a tape of sealed records and one exhaustive switch. */
@NullMarked
package dev.weft.autograd;

import org.jspecify.annotations.NullMarked;

/** Examples changed at random as they are read, so that a network sees no two passes alike. */
@NullMarked
package dev.weft.data.augment;

import org.jspecify.annotations.NullMarked;

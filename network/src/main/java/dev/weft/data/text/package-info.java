/** Text as sequences of tokens. */
@NullMarked
package dev.weft.data.text;

import org.jspecify.annotations.NullMarked;

/** Text as the tokens of a pretrained model, and back. */
@NullMarked
package dev.weft.tokenizers;

import org.jspecify.annotations.NullMarked;

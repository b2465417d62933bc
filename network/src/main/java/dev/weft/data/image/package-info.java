/** Folders of pictures as examples, and the same preprocessing for single ones later. */
@NullMarked
package dev.weft.data.image;

import org.jspecify.annotations.NullMarked;

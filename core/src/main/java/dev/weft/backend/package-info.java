/**
 * The interface between tensors and devices: what a backend implements. Users of tensors need
 * {@code dev.weft} only, and from here the exceptions.
 */
@NullMarked
package dev.weft.backend;

import org.jspecify.annotations.NullMarked;

/** Layers, the network that holds their parameters, and initializers. */
@NullMarked
package dev.weft.nn;

import org.jspecify.annotations.NullMarked;

/** Optimizers: an update rule with its state, over a network's flat parameters. */
@NullMarked
package dev.weft.optim;

import org.jspecify.annotations.NullMarked;

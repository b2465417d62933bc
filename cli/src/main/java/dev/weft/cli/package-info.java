/** The command line: devices, train, evaluate, predict; bench is started by the launcher. */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;

/** What Weft is compared with, through the bindings of the JavaCPP presets. */
@NullMarked
package dev.weft.benchmarks.peers;

import org.jspecify.annotations.NullMarked;

/** The tasks as JMH benchmarks: each alone and in a fork, for profilers and for following them. */
@NullMarked
package dev.weft.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

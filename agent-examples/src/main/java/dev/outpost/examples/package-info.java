/** Examples that run. */
@NullMarked
package dev.outpost.examples;

import org.jspecify.annotations.NullMarked;

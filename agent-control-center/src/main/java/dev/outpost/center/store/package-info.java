/** What a control center remembers, behind narrow interfaces, so that it can be kept elsewhere. */
@NullMarked
package dev.outpost.center.store;

import org.jspecify.annotations.NullMarked;

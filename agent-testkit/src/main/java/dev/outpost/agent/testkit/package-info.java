/**
 * What an implementor of an SPI tests with: the contract as a test to extend, and fakes of the other side.
 */
@NullMarked
package dev.outpost.agent.testkit;

import org.jspecify.annotations.NullMarked;

/** What implementations of the stores are held to; published as the test jar of this module. */
package dev.outpost.center.contract;

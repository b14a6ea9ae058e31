package dev.outpost.agent.internal.schedule;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * By how much a schedule of an agent is put off: the same after every restart, and on every version of the SDK.
 *
 * <p>FNV-1a of 64 bits over {@code <agent id>/<schedule name>} in UTF-8, stirred by the last steps of SplitMix64 because the low
 * bits of FNV differ little between names that differ little; as an unsigned number, modulo the jitter in nanoseconds.
 *
 * <p>Sources: <a href="http://www.isthe.com/chongo/tech/comp/fnv/">FNV</a>,
 * <a href="https://prng.di.unimi.it/splitmix64.c">SplitMix64</a>.
 */
final class Jitter {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Jitter() {}

    /** Nanoseconds from 0 to below {@code most}; 0 when that is zero. */
    static long of(String agentId, String schedule, Duration most) {
        if (most.isZero()) {
            return 0;
        }
        long hash = FNV_OFFSET;
        for (byte b : (agentId + "/" + schedule).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
        return Long.remainderUnsigned(hash ^ hash >>> 31, most.toNanos());
    }
}

package dev.outpost.agent.testkit;

import dev.outpost.agent.testkit.FaultProxy.Side;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** What a proxy does to its connections now. All of the proxy's thread, but the figures, which anybody may read. */
final class Faults {

    InetSocketAddress target = InetSocketAddress.createUnresolved("nowhere", 0);
    long latencyNanos;
    long bytesPerSecond;
    boolean frozen;
    boolean refusing;

    private final Set<Side> swallowing = EnumSet.noneOf(Side.class);
    private final Map<Side, Long> untilCut = new EnumMap<>(Side.class);
    private final Map<Side, AtomicLong> passed = perSide();
    private final Map<Side, AtomicLong> swallowed = perSide();
    private final Map<Side, AtomicLong> held = perSide();

    private static Map<Side, AtomicLong> perSide() {
        return Map.of(Side.CLIENT, new AtomicLong(), Side.TARGET, new AtomicLong());
    }

    void swallow(Side towards) {
        swallowing.add(towards);
    }

    boolean isSwallowing(Side towards) {
        return swallowing.contains(towards);
    }

    void cutAfter(Side towards, long bytes) {
        untilCut.put(towards, bytes);
    }

    /** How many bytes may still pass before the cut. */
    long untilCut(Side towards) {
        return untilCut.getOrDefault(towards, Long.MAX_VALUE);
    }

    /**
     * Bytes have passed.
     *
     * @return whether the cut is due with them
     */
    boolean countPassed(Side towards, int bytes) {
        passed(towards).addAndGet(bytes);
        Long left = untilCut.get(towards);
        if (left == null) {
            return false;
        }
        if (left > bytes) {
            untilCut.put(towards, left - bytes);
            return false;
        }
        untilCut.remove(towards);
        return true;
    }

    void heal() {
        latencyNanos = 0;
        bytesPerSecond = 0;
        frozen = false;
        refusing = false;
        swallowing.clear();
        untilCut.clear();
    }

    AtomicLong passed(Side towards) {
        return figure(passed, towards);
    }

    AtomicLong swallowed(Side towards) {
        return figure(swallowed, towards);
    }

    AtomicLong held(Side towards) {
        return figure(held, towards);
    }

    private static AtomicLong figure(Map<Side, AtomicLong> figures, Side towards) {
        AtomicLong figure = figures.get(towards);
        if (figure == null) {
            throw new IllegalArgumentException("no figure for " + towards);
        }
        return figure;
    }
}

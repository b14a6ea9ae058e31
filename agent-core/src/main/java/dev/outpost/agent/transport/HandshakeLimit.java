package dev.outpost.agent.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many new connections per second a server takes: from one address, and in all. A handshake costs a millisecond of
 * CPU, so whoever may begin as many as he likes stops the server. Thread-safe; for the server side of transports.
 *
 * <p>In all there are never more than the limit in any second: it is what the machine can do beside its work. An address may use
 * those of {@link #BURST_SECONDS} seconds at once. What one address is refused does not count
 * in all. Of IPv6 the first 64 bits are the address, for one host has all of those. Connections from this host itself
 * (loopback) are limited only in all: those are a proxy, or tests.
 */
public final class HandshakeLimit {

    /** How many seconds' connections may come at once after a pause, from one address: a few agents behind a gateway, say. */
    public static final int BURST_SECONDS = 2;

    private static final int MOST_ADDRESSES = 10_000;
    private static final int IPV6_PREFIX_BYTES = 8;

    private final int perSecondAndAddress;
    private final LongSupplier nanoTime;
    private final RateLimit all;
    private final Map<ByteBuffer, RateLimit> addresses = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, RateLimit> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    /** What becomes of a connection. */
    public enum Answer {
        /** It may begin. */
        ADMITTED,
        /** Its address has begun too many. */
        ADDRESS_LIMIT,
        /** There are too many in all. */
        TOTAL_LIMIT
    }

    /**
     * A limit of which nothing is used.
     *
     * @param perSecond connections in all, in any second: 1 or more
     * @param perSecondAndAddress connections from one address, 1 or more
     * @param nanoTime monotonic time, as {@link System#nanoTime}
     */
    public HandshakeLimit(int perSecond, int perSecondAndAddress, LongSupplier nanoTime) {
        if (perSecond < 1 || perSecondAndAddress < 1) {
            throw new IllegalArgumentException("limits are " + perSecond + " and " + perSecondAndAddress
                    + " connections per second; allowed is 1 and more");
        }
        this.perSecondAndAddress = perSecondAndAddress;
        this.nanoTime = nanoTime;
        this.all = RateLimit.inAnySecond(perSecond, nanoTime.getAsLong());
    }

    /** Counts a new connection, if it may begin. */
    public Answer tryBegin(InetAddress from) {
        synchronized (addresses) {
            long now = nanoTime.getAsLong();
            RateLimit own = limitOf(from, now);
            if (own != null && !own.hasOne(now)) {
                return Answer.ADDRESS_LIMIT;
            }
            if (!all.hasOne(now)) {
                return Answer.TOTAL_LIMIT;
            }
            all.takeOne(now);
            if (own != null) {
                own.takeOne(now);
            }
            return Answer.ADMITTED;
        }
    }

    /** Counts a new connection for its address alone, if that may have one more; for a server that lets connections wait. */
    public boolean tryFrom(InetAddress from) {
        synchronized (addresses) {
            long now = nanoTime.getAsLong();
            RateLimit own = limitOf(from, now);
            if (own == null) {
                return true;
            }
            boolean has = own.hasOne(now);
            if (has) {
                own.takeOne(now);
            }
            return has;
        }
    }

    /** Counts a connection among all, if one may begin now; its address was counted by {@link #tryFrom}. */
    public boolean tryNext() {
        synchronized (addresses) {
            long now = nanoTime.getAsLong();
            boolean has = all.hasOne(now);
            if (has) {
                all.takeOne(now);
            }
            return has;
        }
    }

    private @Nullable RateLimit limitOf(InetAddress from, long now) {
        return from.isLoopbackAddress()
                ? null
                : addresses.computeIfAbsent(
                        hostOf(from), a -> RateLimit.onAverage(perSecondAndAddress, BURST_SECONDS, now));
    }

    /** The least time after which one more connection may begin, as far as all are concerned; zero when at once. */
    public Duration retryAfter() {
        synchronized (addresses) {
            return all.untilOne(nanoTime.getAsLong());
        }
    }

    /** How many addresses are remembered. */
    int remembered() {
        synchronized (addresses) {
            return addresses.size();
        }
    }

    /** The bytes of an address that tell hosts apart. */
    private static ByteBuffer hostOf(InetAddress address) {
        byte[] all = address.getAddress();
        return ByteBuffer.wrap(all, 0, all.length > IPV6_PREFIX_BYTES ? IPV6_PREFIX_BYTES : all.length);
    }
}

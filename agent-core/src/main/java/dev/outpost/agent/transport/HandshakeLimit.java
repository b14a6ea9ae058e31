package dev.outpost.agent.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many new connections per second a server takes: from one address, and in all. A handshake costs a millisecond of
 * CPU, so whoever may begin as many as he likes stops the server. Thread-safe; for the server side of transports.
 *
 * <p>Both are token buckets: an address may use those of {@link #BURST_SECONDS} seconds at once, all together a tenth of a second's, or 20
 * at low rates. What one address is refused does not count
 * in all. Of IPv6 the first 64 bits are the address, for one host has all of those. Connections from this host itself
 * (loopback) are limited only in all: those are a proxy, or tests.
 */
public final class HandshakeLimit {

    /** How many seconds' connections may come at once after a pause, from one address: a few agents behind a gateway, say. */
    public static final int BURST_SECONDS = 2;

    /** In all no more than that may come at once, or a tenth of a second's if that is more: the rate is what the machine can do. */
    private static final double MOST_AT_ONCE = 20;

    private static final int MOST_ADDRESSES = 10_000;
    private static final int IPV6_PREFIX_BYTES = 8;

    private final double perSecond;
    private final double perSecondAndAddress;
    private final LongSupplier nanoTime;
    private final Bucket all;
    private final Map<ByteBuffer, Bucket> addresses = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Bucket> eldest) {
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
     * @param perSecond connections in all, 1 or more
     * @param perSecondAndAddress connections from one address, 1 or more
     * @param nanoTime monotonic time, as {@link System#nanoTime}
     */
    public HandshakeLimit(int perSecond, int perSecondAndAddress, LongSupplier nanoTime) {
        if (perSecond < 1 || perSecondAndAddress < 1) {
            throw new IllegalArgumentException("limits are " + perSecond + " and " + perSecondAndAddress
                    + " connections per second; allowed is 1 and more");
        }
        this.perSecond = perSecond;
        this.perSecondAndAddress = perSecondAndAddress;
        this.nanoTime = nanoTime;
        this.all = new Bucket(
                Math.min(this.perSecond * BURST_SECONDS, Math.max(MOST_AT_ONCE, this.perSecond / 10)),
                nanoTime.getAsLong());
    }

    /** Counts a new connection, if it may begin. */
    public Answer tryBegin(InetAddress from) {
        long now = nanoTime.getAsLong();
        synchronized (addresses) {
            Bucket own = from.isLoopbackAddress()
                    ? null
                    : addresses.computeIfAbsent(
                            hostOf(from), a -> new Bucket(perSecondAndAddress * BURST_SECONDS, now));
            if (own != null && !own.hasOne(perSecondAndAddress, now)) {
                return Answer.ADDRESS_LIMIT;
            }
            if (!all.hasOne(perSecond, now)) {
                return Answer.TOTAL_LIMIT;
            }
            all.takeOne();
            if (own != null) {
                own.takeOne();
            }
            return Answer.ADMITTED;
        }
    }

    /** The least time after which one more connection may begin, as far as all are concerned; zero when at once. */
    public Duration retryAfter() {
        synchronized (addresses) {
            return all.untilOne(perSecond, nanoTime.getAsLong());
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

    private static final class Bucket {

        private static final double NANOS = 1e9;

        private final double most;
        private double tokens;
        private long last;

        Bucket(double most, long now) {
            this.most = Math.max(1, most);
            tokens = this.most;
            last = now;
        }

        boolean hasOne(double rate, long now) {
            if (now - last > 0) { // it was read before the lock, so an earlier one may come later
                tokens = Math.min(most, tokens + (now - last) * rate / NANOS);
                last = now;
            }
            return tokens >= 1;
        }

        void takeOne() {
            tokens -= 1;
        }

        Duration untilOne(double rate, long now) {
            return hasOne(rate, now) ? Duration.ZERO : Duration.ofNanos((long) Math.ceil((1 - tokens) * NANOS / rate));
        }
    }
}

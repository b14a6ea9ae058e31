package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.Peer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How many hellos are looked at. After a restart all agents come at once, and to look at each costs a worker's time; those beyond
 * the rate are told to come back, spread out over the time that it takes to look at all of them. Who was refused for good is
 * refused again from memory for a while. Cheap enough for event loops. Thread-safe.
 */
final class Admission {

    static final Duration REMEMBERED = Duration.ofSeconds(10);

    private static final int MOST_REMEMBERED = 10_000;
    private static final double MOST_AT_ONCE = 10;
    private static final double NANOS = 1e9;
    private static final double MOST_SPREAD_SECONDS = 300;
    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private double tokens;
    private long last;
    private double turnedAway;
    private final Map<String, Refused> refused = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refused> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Refused(Refusal refusal, long at) {}

    Admission(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.burst = Math.min(perSecond, Math.max(MOST_AT_ONCE, perSecond / 10.0));
        this.tokens = burst;
        this.last = nanoTime.getAsLong();
    }

    /** Whether an agent is to be looked at now: empty if so. */
    Optional<Refusal> next() {
        synchronized (lock) {
            long now = nanoTime.getAsLong();
            double gained = Math.max(0, now - last) * perSecond / NANOS;
            last = now;
            tokens = Math.min(burst, tokens + gained);
            turnedAway = Math.max(0, turnedAway - gained); // they come back, at best, as fast as they can be taken
            if (tokens >= 1) {
                tokens -= 1;
                return Optional.empty();
            }
            turnedAway += 1;
            double seconds = Math.min(MOST_SPREAD_SECONDS, turnedAway / perSecond);
            Duration wait = LEAST_WAIT.plusNanos((long) (seconds * NANOS)); // each later than the one before
            return Optional.of(new Refusal(Refusal.Code.BUSY, "too many agents are coming in at once", wait));
        }
    }

    /** Over how long {@code agents} agents should come back after a loss, so that all can be looked at. */
    Duration spreadOf(int agents) {
        return Duration.ofMillis((long) Math.min(MOST_SPREAD_SECONDS * 1_000, agents * 1_000.0 / perSecond));
    }

    /** What the same agent, showing the same, was told a moment ago. */
    Optional<Refusal> remembered(String key) {
        synchronized (lock) {
            Refused known = refused.get(key);
            if (known == null) {
                return Optional.empty();
            }
            if (nanoTime.getAsLong() - known.at > REMEMBERED.toNanos()) {
                refused.remove(key);
                return Optional.empty();
            }
            return Optional.of(known.refusal);
        }
    }

    /** It was refused, and nothing will change that but another certificate, token or authenticator. */
    void remember(String key, Refusal refusal) {
        synchronized (lock) {
            refused.remove(key); // so that it becomes the newest
            refused.put(key, new Refused(refusal, nanoTime.getAsLong()));
        }
    }

    /** What an agent says and shows of who it is, as a hash, for it has secrets in it. */
    static String keyOf(Hello hello, Peer peer) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            part(digest, hello.agentId().getBytes(StandardCharsets.UTF_8));
            part(digest, hostOf(peer.address()).getBytes(StandardCharsets.UTF_8));
            String shown = peer.authorization();
            part(digest, shown == null ? new byte[0] : shown.getBytes(StandardCharsets.UTF_8));
            for (X509Certificate certificate : peer.certificates()) {
                part(digest, certificate.getEncoded());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was verified cannot be encoded", e);
        }
    }

    /** With its length, so that two parts cannot pass for two others. */
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update((byte) (bytes.length >> 16));
        digest.update((byte) (bytes.length >> 8));
        digest.update((byte) bytes.length);
        digest.update(bytes);
    }

    private static String hostOf(String address) {
        int port = address.lastIndexOf(':');
        return port < 0 ? address : address.substring(0, port);
    }
}

package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.RateLimit;
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
    private static final Duration MOST_SPREAD = Duration.ofMinutes(5);
    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private final RateLimit limit;

    /** When those who were told to come back can all have been looked at. */
    private long queueEnds;

    private final Map<String, Refused> refused = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refused> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Refused(Refusal refusal, long at) {}

    Admission(int perSecond, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.queueEnds = nanoTime.getAsLong();
        this.limit = RateLimit.inAnySecond(perSecond, queueEnds);
    }

    /** Whether an agent is to be looked at now: empty if so. */
    Optional<Refusal> next() {
        synchronized (lock) {
            long now = nanoTime.getAsLong();
            if (limit.hasOne(now)) {
                limit.takeOne(now);
                return Optional.empty();
            }
            long spacing = limit.spacing().toNanos();
            queueEnds = Math.min(Math.max(queueEnds - now, 0) + spacing, MOST_SPREAD.toNanos()) + now;
            Duration wait = LEAST_WAIT.plusNanos(queueEnds - now); // each later than the one before
            return Optional.of(new Refusal(Refusal.Code.BUSY, "too many agents are coming in at once", wait));
        }
    }

    /** Over how long {@code agents} agents should come back after a loss, so that all can be looked at. */
    Duration spreadOf(int agents) {
        Duration whole = Duration.ofMillis(limit.spacing().multipliedBy(agents).toMillis());
        return whole.compareTo(MOST_SPREAD) < 0 ? whole : MOST_SPREAD;
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

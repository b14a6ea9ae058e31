package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The identity of one way as it was read last, and what follows from a new one. Control loop only, but for {@link
 * #secondsToExpiry}.
 */
final class KnownIdentity {

    /** Of a certificate's life; whoever renews certificates does it long before. */
    private static final double ALARM_WHEN_LEFT = 0.2;

    private static final Duration ALARM_WITHOUT_BEGIN = Duration.ofDays(7);

    /** Of the time that a token is valid from when it was seen first. */
    private static final double RENEW_TOKEN_AFTER = 0.8;

    /** Not sooner again, though it is the same token that the credentials give. */
    private static final Duration LEAST_BETWEEN_RENEWALS = Duration.ofSeconds(5);

    /** By our clock, which may be wrong. */
    private static final Duration BETWEEN_RENEWALS_OF_EXPIRED = Duration.ofMinutes(5);

    private final String target;
    private final AgentClock clock;
    private final ThrottledLog log;
    private final Counters counters;
    private volatile @Nullable Identity identity;
    private @Nullable Instant tokenExpires;
    private @Nullable Instant renewTokenAt;
    private @Nullable String failure;

    KnownIdentity(String target, AgentClock clock, ThrottledLog log, Counters counters) {
        this.target = target;
        this.clock = clock;
        this.log = log;
        this.counters = counters;
    }

    /**
     * It was read.
     *
     * @return why a connection that stands should be renewed, or nothing
     */
    String read(Identity now) {
        Identity before = identity;
        identity = now;
        failure = null;
        problem().ifPresent(problem -> log.warn("tls.expiry." + target, problem, null));
        if (before != null && !before.fingerprint().equals(now.fingerprint())) {
            return "the certificate, its key or the trust has changed";
        }
        return isTokenDue(now.credentialsExpire()) ? "the credentials will expire" : "";
    }

    /**
     * The connection that follows brings another token. If it brings the same one, because credentials keep theirs until shortly before its
     * end, that is said again after half of what is left, and not at every look: each time costs a connection.
     */
    private boolean isTokenDue(@Nullable Instant expires) {
        if (expires == null) {
            tokenExpires = null;
            return false;
        }
        Instant now = now();
        if (!expires.equals(tokenExpires)) {
            tokenExpires = expires;
            long left = Math.max(0, Duration.between(now, expires).toMillis());
            renewTokenAt = now.plusMillis((long) (left * RENEW_TOKEN_AFTER));
        }
        if (renewTokenAt == null || now.isBefore(renewTokenAt)) {
            return false;
        }
        Duration left = Duration.between(now, expires);
        Duration half = left.dividedBy(2);
        Duration least = half.compareTo(LEAST_BETWEEN_RENEWALS) > 0 ? half : LEAST_BETWEEN_RENEWALS;
        renewTokenAt = now.plus(left.isNegative() || left.isZero() ? BETWEEN_RENEWALS_OF_EXPIRED : least);
        return true;
    }

    /** It cannot be read now: what stands goes on. */
    void failed(Throwable why) {
        counters.counter("tls.identity.failures").increment();
        failure = "the identity for " + target + " cannot be read: " + Guard.describe(why);
        log.warn("tls.identity." + target, failure, why);
    }

    /** What is wrong with it. */
    Optional<String> problem() {
        if (failure != null) {
            return Optional.of(failure);
        }
        Identity known = identity;
        Instant expires = known == null ? null : known.certificateExpires();
        if (known == null || expires == null) {
            return Optional.empty();
        }
        Instant begins = known.certificateBegins();
        Duration alarm = begins == null
                ? ALARM_WITHOUT_BEGIN
                : Duration.ofMillis((long) (Duration.between(begins, expires).toMillis() * ALARM_WHEN_LEFT));
        Duration left = Duration.between(now(), expires);
        if (left.compareTo(alarm) > 0) {
            return Optional.empty();
        }
        return Optional.of(
                "the certificate for " + target + (left.isNegative() ? " expired at " : " expires at ") + expires);
    }

    /** Empty without a certificate; negative when it has expired. Any thread. */
    OptionalLong secondsToExpiry() {
        Identity known = identity;
        Instant expires = known == null ? null : known.certificateExpires();
        return expires == null
                ? OptionalLong.empty()
                : OptionalLong.of(Duration.between(now(), expires).toSeconds());
    }

    private Instant now() {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(clock.epochNanos()));
    }
}

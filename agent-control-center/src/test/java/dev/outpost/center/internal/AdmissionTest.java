package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Refusal NO = new Refusal(Refusal.Code.PERMISSION_DENIED, "no", Duration.ZERO);

    private long now = 77;
    private final Admission admission = new Admission(10, () -> now);

    @Test
    void next_moreThanTheRate_areToldToComeBackOneAfterTheOther() {
        assertThat(admission.next()).isEmpty();
        Duration before = Duration.ZERO;
        for (int i = 1; i <= 50; i++) {
            Refusal refusal = admission.next().orElseThrow();
            assertThat(refusal.code()).isEqualTo(Refusal.Code.BUSY);
            assertThat(refusal.retryAfter()).isGreaterThan(before);
            before = refusal.retryAfter();
        }
        assertThat(before).isEqualTo(Duration.ofSeconds(6)); // a second, and fifty at ten a second
    }

    @Test
    void next_fleetThatDoesAsItIsTold_isTakenAtTheRateWithFewAttempts() {
        PriorityQueue<Long> comes = new PriorityQueue<>();
        for (int i = 0; i < 600; i++) {
            comes.add(now);
        }
        int attempts = 0;
        int taken = 0;
        long lastTaken = 0;
        while (!comes.isEmpty()) {
            now = Math.max(now, comes.remove());
            attempts++;
            Optional<Refusal> refusal = admission.next();
            if (refusal.isPresent()) {
                comes.add(now + refusal.get().retryAfter().toNanos());
            } else {
                taken++;
                lastTaken = now;
            }
        }
        assertThat(taken).isEqualTo(600);
        assertThat(Duration.ofNanos(lastTaken)).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(90));
        assertThat(attempts).isLessThan(600 * 3);
    }

    @Test
    void next_manyWhoNeverComeBack_doNotPutOffTheOthersForEver() {
        for (int i = 0; i < 1_000_000; i++) {
            admission.next();
        }
        assertThat(admission.next().orElseThrow().retryAfter()).isLessThanOrEqualTo(Duration.ofSeconds(301));
        now += Duration.ofSeconds(1).toNanos();
        assertThat(admission.next()).isEmpty();
    }

    @Test
    void spreadOf_isTheTimeThatTheyTakeAtTheRate() {
        assertThat(admission.spreadOf(0)).isZero();
        assertThat(admission.spreadOf(250)).isEqualTo(Duration.ofSeconds(25));
        assertThat(admission.spreadOf(50_000)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void remembered_forAWhile_andOnlyTheSame() {
        String key = Admission.keyOf(hello("a"), peer("/10.0.0.1:1", "Bearer x"));
        admission.remember(key, NO);
        assertThat(admission.remembered(Admission.keyOf(hello("a"), peer("/10.0.0.1:999", "Bearer x"))))
                .contains(NO);
        assertThat(admission.remembered(Admission.keyOf(hello("a"), peer("/10.0.0.1:1", "Bearer y"))))
                .isEmpty();
        assertThat(admission.remembered(Admission.keyOf(hello("b"), peer("/10.0.0.1:1", "Bearer x"))))
                .isEmpty();
        assertThat(admission.remembered(Admission.keyOf(hello("a"), peer("/10.0.0.2:1", "Bearer x"))))
                .isEmpty();
        now += Admission.REMEMBERED.toNanos();
        assertThat(admission.remembered(key)).contains(NO);
        now += 1;
        assertThat(admission.remembered(key)).isEmpty();
    }

    @Test
    void remember_more_thanTheBound_forgetsTheOldest() {
        for (int i = 0; i <= 10_000; i++) {
            admission.remember("key-" + i, NO);
        }
        assertThat(admission.remembered("key-0")).isEmpty();
        assertThat(admission.remembered("key-1")).contains(NO);
        assertThat(admission.remembered("key-10000")).contains(NO);
    }

    @Test
    void keyOf_hasNoSecretInIt() {
        assertThat(Admission.keyOf(hello("a"), peer("x", "Bearer secret"))).matches("[0-9a-f]{64}");
    }

    private static Hello hello(String agentId) {
        return new Hello(1, agentId, "i", "v", Map.of(), List.of(), List.of());
    }

    private static Peer peer(String address, String authorization) {
        return new Peer(address, List.of(), authorization);
    }
}

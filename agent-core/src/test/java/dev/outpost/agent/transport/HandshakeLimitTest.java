package dev.outpost.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.transport.HandshakeLimit.Answer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HandshakeLimitTest {

    private static final int AT_ONCE = 20;

    private long now = 5_000_000_000L;
    private final HandshakeLimit limit = new HandshakeLimit(200, 4, () -> now);

    @Test
    void tryBegin_oneAddressTooOften_isRefusedUntilTimePasses() throws Exception {
        InetAddress greedy = address("192.0.2.1");
        for (int i = 0; i < 4 * HandshakeLimit.BURST_SECONDS; i++) {
            assertThat(limit.tryBegin(greedy)).isEqualTo(Answer.ADMITTED);
        }
        assertThat(limit.tryBegin(greedy)).isEqualTo(Answer.ADDRESS_LIMIT);
        assertThat(limit.tryBegin(address("192.0.2.2"))).isEqualTo(Answer.ADMITTED);
        now += 250_000_000;
        assertThat(limit.tryBegin(greedy)).isEqualTo(Answer.ADMITTED);
        assertThat(limit.tryBegin(greedy)).isEqualTo(Answer.ADDRESS_LIMIT);
    }

    @Test
    void tryBegin_whatAnAddressIsRefused_isNotTakenFromTheOthers() throws Exception {
        InetAddress greedy = address("192.0.2.1");
        for (int i = 0; i < 1_000; i++) {
            limit.tryBegin(greedy);
        }
        for (int i = 0; i < AT_ONCE - 8; i++) {
            assertThat(limit.tryBegin(address("198.51.100." + i))).isEqualTo(Answer.ADMITTED);
        }
        assertThat(limit.tryBegin(address("198.51.100.200"))).isEqualTo(Answer.TOTAL_LIMIT);
    }

    @Test
    void tryBegin_manyAddresses_areBoundedByTheTotalAndComeBackAtItsRate() throws Exception {
        int admitted = 0;
        for (int i = 0; i < 200; i++) {
            admitted += limit.tryBegin(address("192.0.2." + i)) == Answer.ADMITTED ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(AT_ONCE);
        assertThat(limit.retryAfter()).isBetween(Duration.ofMillis(5), Duration.ofMillis(6));
        now += limit.retryAfter().toNanos();
        assertThat(limit.retryAfter()).isEqualTo(Duration.ZERO);
        assertThat(limit.tryBegin(address("192.0.2.201"))).isEqualTo(Answer.ADMITTED);
        assertThat(limit.tryBegin(address("192.0.2.202"))).isEqualTo(Answer.TOTAL_LIMIT);
    }

    @Test
    void tryFrom_andTryNext_countApart() throws Exception {
        for (int i = 0; i < 4 * HandshakeLimit.BURST_SECONDS; i++) {
            assertThat(limit.tryFrom(address("192.0.2.1"))).isTrue();
        }
        assertThat(limit.tryFrom(address("192.0.2.1"))).isFalse();
        assertThat(limit.tryFrom(InetAddress.getLoopbackAddress())).isTrue();
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(limit.tryNext()).isTrue();
        }
        assertThat(limit.tryNext()).isFalse();
        now += limit.retryAfter().toNanos();
        assertThat(limit.tryNext()).isTrue();
    }

    @Test
    void tryBegin_hostWithManyIpv6Addresses_countsAsOne() throws Exception {
        for (int i = 0; i < 4 * HandshakeLimit.BURST_SECONDS; i++) {
            assertThat(limit.tryBegin(address("2001:db8:1:2::" + i))).isEqualTo(Answer.ADMITTED);
        }
        assertThat(limit.tryBegin(address("2001:db8:1:2:ffff::1"))).isEqualTo(Answer.ADDRESS_LIMIT);
        assertThat(limit.tryBegin(address("2001:db8:1:3::1"))).isEqualTo(Answer.ADMITTED);
    }

    @Test
    void tryBegin_fromThisHost_isLimitedInAllOnly() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(limit.tryBegin(loopback)).isEqualTo(Answer.ADMITTED);
        }
        assertThat(limit.tryBegin(loopback)).isEqualTo(Answer.TOTAL_LIMIT);
    }

    @Test
    void tryBegin_longPause_allowsNoMoreThanTheBurst() throws Exception {
        now += Duration.ofDays(400).toNanos();
        for (int i = 0; i < 4 * HandshakeLimit.BURST_SECONDS; i++) {
            assertThat(limit.tryBegin(address("192.0.2.1"))).isEqualTo(Answer.ADMITTED);
        }
        assertThat(limit.tryBegin(address("192.0.2.1"))).isEqualTo(Answer.ADDRESS_LIMIT);
    }

    @Test
    void tryBegin_fromAllTheWorld_remembersABoundedNumberOfAddresses() throws Exception {
        for (int i = 0; i < 30_000; i++) {
            limit.tryBegin(address("10." + (i >> 16) + "." + ((i >> 8) & 255) + "." + (i & 255)));
        }
        assertThat(limit.remembered()).isEqualTo(10_000);
    }

    @Test
    void new_withoutRoom_isRefused() {
        assertThatThrownBy(() -> new HandshakeLimit(0, 1, () -> 0L)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandshakeLimit(1, 0, () -> 0L)).isInstanceOf(IllegalArgumentException.class);
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }
}

package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandWindowTest {

    private static final long NOW = 1_795_370_400_000_000_000L;

    private final ClockSkew skew = new ClockSkew();
    private final Counters counters = new Counters();
    private final CommandWindow window = new CommandWindow(skew, counters);

    private static Stream<CenterMessage> commands() {
        return Stream.of(
                new TaskDispatch(TaskRequest.of("t").build()),
                new TaskCancel("t-1", ""),
                new ScheduleSet("v", List.of()),
                new ScheduleCommand("s", ScheduleCommand.Action.TRIGGER),
                new Request("t", "", ByteBuffer.allocate(0), Duration.ZERO, null));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void refuse_sameIdAgain_onlyTheFirstIsLetIn(CenterMessage command) {
        assertThat(window.refuse(new Envelope<>(7, 0, NOW, command), NOW)).isEmpty();
        for (long before : new long[] {7, 5}) {
            assertThat(window.refuse(new Envelope<>(before, 0, NOW, command), NOW))
                    .map(Rejection::code)
                    .contains(Rejection.Code.REPEATED);
        }
        assertThat(counters.value("protocol.ignored{replayed}")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void refuse_stampFarFromTheCentersTime_isNotLetIn(CenterMessage command) {
        skew.answered(NOW, NOW, NOW, NOW);
        long off = Duration.ofMinutes(5).toNanos() + 1;
        assertThat(window.refuse(new Envelope<>(1, 0, NOW - off, command), NOW))
                .map(Rejection::code)
                .contains(Rejection.Code.STALE);
        assertThat(window.refuse(new Envelope<>(2, 0, NOW + off, command), NOW))
                .map(Rejection::code)
                .contains(Rejection.Code.STALE);
        assertThat(window.refuse(new Envelope<>(3, 0, NOW, command), NOW)).isEmpty();
        assertThat(counters.value("protocol.ignored{stale}")).isEqualTo(2);
    }

    @Test
    void refuse_stale_isToldOnce() {
        skew.answered(NOW, NOW, NOW, NOW);
        assertThat(window.takeStale()).isFalse();
        window.refuse(new Envelope<>(1, 0, 1, new TaskCancel("t-1", "")), NOW);
        assertThat(window.takeStale()).isTrue();
        assertThat(window.takeStale()).isFalse();
    }

    @Test
    void refuse_whatIsNoCommand_isAlwaysLetIn() {
        skew.answered(NOW, NOW, NOW, NOW);
        for (CenterMessage message : List.<CenterMessage>of(
                new HeartbeatAck(), new Ping(), new TaskReportAck("t-1", 1), Response.of(Response.Status.BUSY, ""))) {
            assertThat(window.refuse(new Envelope<>(1, 0, 1, message), NOW)).isEmpty();
        }
    }
}

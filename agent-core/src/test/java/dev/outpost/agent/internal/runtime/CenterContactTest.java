package dev.outpost.agent.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.internal.session.Requests;
import dev.outpost.agent.internal.session.SessionSettings;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CenterContactTest {

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers();

    @Test
    void request_noTransports_isAnsweredAtOnceAsUnavailable() {
        List<RequestException> failures = new ArrayList<>();

        withoutCenter().request(new Requests.Asked("type", Body.empty(), Duration.ofSeconds(1), (answer, failure) -> {
            assertThat(answer).isNull();
            failures.add(failure);
        }));

        assertThat(failures).extracting(RequestException::reason).containsExactly(Reason.UNAVAILABLE);
    }

    @Test
    void wholeLife_noTransports_hasNothingToDo() {
        CenterContact contact = withoutCenter();

        contact.connect();
        contact.watchSurroundings();
        contact.reconnectNow();

        assertThat(contact.exists()).isFalse();
        assertThat(contact.isReady()).isFalse();
        assertThat(contact.pump()).isZero();
        assertThat(contact.problems()).isEmpty();
        assertThat(contact.secondsToExpiry()).isEmpty();
        assertThat(contact.clockSkewMillis()).isEmpty();
        assertThat(contact.aheadNanos()).isZero();
        contact.close("over");
        assertThat(timers.size()).isZero();
    }

    private CenterContact withoutCenter() {
        Counters counters = new Counters();
        ThrottledLog log = new ThrottledLog(clock);
        Duration second = Duration.ofSeconds(1);
        return new CenterContact(
                List.of(),
                new SessionSettings(second, second, Backoff.DEFAULT, second, 1),
                () -> {
                    throw new AssertionError("there is no control center that could have a side");
                },
                new NoReports(),
                List.of(),
                timers,
                new Inbox(4, new NoWaiting()),
                clock,
                new SplittableRandom(1),
                new Guard(counters, log),
                log,
                counters);
    }

    private static final class NoReports implements ReportSource {
        @Override
        public @Nullable AgentMessage nextToSend() {
            return null;
        }

        @Override
        public void sent() {}

        @Override
        public void ack(String taskId, long revision) {}

        @Override
        public void rewind() {}
    }
}

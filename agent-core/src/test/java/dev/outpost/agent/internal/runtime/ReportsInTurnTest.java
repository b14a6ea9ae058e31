package dev.outpost.agent.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportsInTurnTest {

    private final Source first = new Source(new Ping());
    private final Source second = new Source(new Pong());
    private final ReportsInTurn both = new ReportsInTurn(first, second);

    @Test
    void nextToSend_bothHaveSome_takesTheFirstsAndThenTheSeconds() {
        first.waiting = 2;
        second.waiting = 1;

        assertThat(sendAll()).containsExactly(new Ping(), new Ping(), new Pong());
        assertThat(both.nextToSend()).isNull();
    }

    @Test
    void sent_firstGetsOneMeanwhile_isOfWhatWasOffered() {
        second.waiting = 1;
        assertThat(both.nextToSend()).isEqualTo(new Pong());
        first.waiting = 1;

        both.sent();

        assertThat(second.waiting).isZero();
        assertThat(both.nextToSend()).isEqualTo(new Ping());
    }

    @Test
    void ackAndRewind_areToldToBoth() {
        both.ack("task", 3);
        both.rewind();

        assertThat(first.told).containsExactly("ack task 3", "rewind");
        assertThat(second.told).containsExactly("ack task 3", "rewind");
    }

    private List<AgentMessage> sendAll() {
        List<AgentMessage> sent = new ArrayList<>();
        for (AgentMessage next = both.nextToSend(); next != null; next = both.nextToSend()) {
            sent.add(next);
            both.sent();
        }
        return sent;
    }

    private static final class Source implements ReportSource {
        private final AgentMessage message;
        private final List<String> told = new ArrayList<>();
        private int waiting;

        Source(AgentMessage message) {
            this.message = message;
        }

        @Override
        public @Nullable AgentMessage nextToSend() {
            return waiting == 0 ? null : message;
        }

        @Override
        public void sent() {
            waiting--;
        }

        @Override
        public void ack(String taskId, long revision) {
            told.add("ack " + taskId + " " + revision);
        }

        @Override
        public void rewind() {
            told.add("rewind");
        }
    }
}

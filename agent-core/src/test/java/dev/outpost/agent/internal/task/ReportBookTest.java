package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportBookTest {

    private static final int CAPACITY = 10_000;

    private final Counters counters = new Counters();
    private final ReportBook book = new ReportBook(true, counters);

    @Test
    void nextToSend_reports_comeInOrderAndStayUntilAcknowledged() {
        book.add(report("a", 1, TaskState.ACCEPTED));
        book.add(report("a", 2, TaskState.RUNNING));

        assertThat(sendAll()).containsExactly("a1", "a2");
        assertThat(book.size()).isEqualTo(2);
        assertThat(book.nextToSend()).isNull();
    }

    @Test
    void ack_upToARevision_removesThoseOfThatTaskOnly() {
        book.add(report("a", 1, TaskState.ACCEPTED));
        book.add(report("b", 1, TaskState.ACCEPTED));
        book.add(report("a", 2, TaskState.RUNNING));
        book.add(report("a", 3, TaskState.SUCCEEDED));
        sendAll();

        book.ack("a", 2);

        assertThat(counters.value("task.reports.acked")).isEqualTo(2);
        book.rewind();
        assertThat(sendAll()).containsExactly("b1", "a3");
    }

    @Test
    void ack_unknown_isWithoutEffect() {
        book.add(report("a", 5, TaskState.RUNNING));
        sendAll();
        book.ack("b", 9);
        book.ack("a", 4);

        assertThat(book.size()).isEqualTo(1);
    }

    @Test
    void rewind_sentAndWaiting_areSentAgainInTheirOrder() {
        book.add(report("a", 1, TaskState.ACCEPTED));
        book.add(report("a", 2, TaskState.RUNNING));
        sendAll();
        book.add(report("a", 3, TaskState.SUCCEEDED));

        book.rewind();

        assertThat(sendAll()).containsExactly("a1", "a2", "a3");
    }

    @Test
    void add_full_dropsTheOldestThatIsNotFinal() {
        book.add(report("final", 9, TaskState.FAILED));
        book.add(report("old", 1, TaskState.RUNNING));
        for (int i = 2; i < CAPACITY; i++) {
            book.add(report("t", i, TaskState.RUNNING));
        }

        book.add(report("new", 1, TaskState.SUCCEEDED));

        assertThat(book.size()).isEqualTo(CAPACITY);
        assertThat(sendAll()).startsWith("final9", "t2").endsWith("new1").doesNotContain("old1");
        assertThat(counters.value("task.reports.dropped{book_full}")).isEqualTo(1);
    }

    @Test
    void add_fullOfFinals_dropsTheOldestOfAll() {
        for (int i = 0; i < CAPACITY; i++) {
            book.add(report("t" + i, 1, TaskState.SUCCEEDED));
        }
        book.sent();

        book.add(report("new", 1, TaskState.SUCCEEDED));
        book.rewind();

        assertThat(sendAll()).hasSize(CAPACITY).startsWith("t11").endsWith("new1");
    }

    private List<String> sendAll() {
        List<String> sent = new ArrayList<>();
        for (TaskReport next = book.nextToSend(); next != null; next = book.nextToSend()) {
            sent.add(next.status().taskId() + next.status().revision());
            book.sent();
        }
        return sent;
    }

    private static TaskStatus report(String id, long revision, TaskState state) {
        return new TaskStatus(id, "t", revision, state, 1, 0, "", Map.of(), 0, null, TaskOrigin.DISPATCH);
    }
}

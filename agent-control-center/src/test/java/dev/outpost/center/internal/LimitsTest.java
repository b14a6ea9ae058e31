package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.schedule.ScheduleStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final String NAME = "x".repeat(128);
    private static final String TOO_LONG = NAME + "x";

    @Test
    void hello_withTheLongestNames_isTaken() {
        assertThat(Limits.problem(hello(NAME, NAME))).isEmpty();
        assertThat(Limits.problem(hello("", ""))).isEmpty();
    }

    @Test
    void hello_withLongerNames_isRefused() {
        assertThat(Limits.problem(hello(TOO_LONG, "")))
                .contains("a journal id and a version of schedules have at most 128 characters");
        assertThat(Limits.problem(hello("", TOO_LONG))).isPresent();
    }

    @Test
    void scheduleReport_withinTheLimits_isTakenAsItIs() {
        ScheduleReport most = new ScheduleReport(
                NAME,
                Collections.nCopies(1_000, status(NAME, "x".repeat(512))),
                10_000,
                NAME,
                Collections.nCopies(100, "x".repeat(1_024)));
        assertThat(Limits.problem(most)).isEmpty();
        assertThat(Limits.cut(most)).isSameAs(most);
        ScheduleReport least = new ScheduleReport("", List.of(), 0, "", List.of());
        assertThat(Limits.problem(least)).isEmpty();
        assertThat(Limits.cut(least)).isSameAs(least);
    }

    @Test
    void scheduleReport_namesTooLongOrMissingOrTooMany_isRefused() {
        for (ScheduleReport report : List.of(
                new ScheduleReport(TOO_LONG, List.of(), 0, "", List.of()),
                new ScheduleReport("", List.of(), 0, TOO_LONG, List.of()),
                new ScheduleReport("", List.of(status(TOO_LONG, "")), 1, "", List.of()),
                new ScheduleReport("", List.of(status("", "")), 1, "", List.of()),
                new ScheduleReport("", Collections.nCopies(1_001, status("s", "")), 1_001, "", List.of()))) {
            assertThat(Limits.problem(report)).as("%s", report).isPresent();
        }
    }

    @Test
    void scheduleReport_textsTooLongOrTooMany_areCut() {
        ScheduleReport cut = Limits.cut(new ScheduleReport(
                "v2",
                List.of(status("s", "x".repeat(511) + "\ud83d\ude00"), status("t", "@daily")),
                2,
                "v3",
                Collections.nCopies(101, "y".repeat(200_000))));
        assertThat(cut)
                .isEqualTo(new ScheduleReport(
                        "v2",
                        List.of(status("s", "x".repeat(511)), status("t", "@daily")), // no half of a pair
                        2,
                        "v3",
                        Collections.nCopies(100, "y".repeat(1_024))));
    }

    private static Hello hello(String journalId, String scheduleVersion) {
        return new Hello(1, "a-1", "i", "1", Map.of(), List.of(), List.of(), List.of(), journalId, scheduleVersion);
    }

    private static ScheduleStatus status(String name, String trigger) {
        return new ScheduleStatus(name, trigger, true, true, Instant.EPOCH, Instant.MAX, 7, 8);
    }
}

package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TaskIdsTest {

    @Test
    void of_shortIds_joinsThem() {
        assertThat(TaskIds.of("patch-7", "a-1")).isEqualTo("patch-7/a-1");
        assertThat(TaskIds.of("r".repeat(64), "a".repeat(63))).hasSize(128).endsWith("a");
    }

    @Test
    void of_longIds_staysWithinTheBoundAndTellsThemApart() {
        String agent = "a".repeat(128);
        String one = TaskIds.of("r".repeat(127) + "1", agent);
        String two = TaskIds.of("r".repeat(127) + "2", agent);
        assertThat(one).hasSize(128).startsWith("r".repeat(63) + "~").isNotEqualTo(two);
        assertThat(TaskIds.of("r".repeat(127) + "1", agent)).isEqualTo(one);
    }

    @Test
    void of_pairAtTheCut_isLeftOutAsAWhole() {
        String id = TaskIds.of("r".repeat(62) + "\uD83D\uDE80" + "r".repeat(60), "a".repeat(128));
        assertThat(id).hasSize(127).startsWith("r".repeat(62) + "~");
    }
}

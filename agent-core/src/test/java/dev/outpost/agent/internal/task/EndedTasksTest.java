package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered of tasks that have ended, and what goes first. */
class EndedTasksTest {

    private static final int WHOLE = 10_000;
    private static final int BRIEF = 100_000;

    private final List<EndedTask> changed = new ArrayList<>();
    private final List<String> forgotten = new ArrayList<>();
    private final EndedTasks ended = new EndedTasks(changed::add, forgotten::add);

    @Test
    void add_moreThanAreKeptWhole_cutsTheOldestAndKeepsItsState() {
        add(0, WHOLE + 1);

        assertThat(changed).singleElement().satisfies(cut -> {
            assertThat(cut.status().taskId()).isEqualTo("t0");
            assertThat(cut.status().detail()).isEmpty();
        });
        assertThat(find(0).status().state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(find(0).status().output()).isEmpty();
        assertThat(find(1).status().output()).containsEntry("n", "1");
    }

    @Test
    void add_moreThanAreKept_forgetsTheOldestThatTheCenterHas() {
        add(0, WHOLE + BRIEF);
        assertThat(forgotten).isEmpty();
        assertThat(ended.acked("t7", 3)).as("cut already").isNotNull();
        assertThat(ended.acked("t7", 3)).as("no news").isNull();
        assertThat(ended.acked("t5", 3)).isNotNull();
        assertThat(ended.acked("t6", 2)).as("an older report").isNull();

        add(WHOLE + BRIEF, 3);

        assertThat(forgotten).as("in the order of their acknowledgement").containsExactly("t7", "t5", "t0");
        assertThat(ended.find("t7")).isNull();
        assertThat(find(6).acked()).isFalse();
        assertThat(ended.whoDid("work/7")).isNull();
        assertThat(ended.whoDid("work/6")).isEqualTo("t6");
    }

    @Test
    void acked_wholeTask_staysWholeAndIsForgottenBeforeTheOthers() {
        add(0, WHOLE);
        assertThat(ended.acked("t9", 3)).isNotNull();
        assertThat(find(9).status().output()).containsEntry("n", "9");

        add(WHOLE, BRIEF + 1);

        assertThat(forgotten).containsExactly("t9");
    }

    @Test
    void add_cutAlready_isNotToldAgain() {
        add(0, WHOLE);
        EndedTask brief = find(0).shortened();
        EndedTasks later = new EndedTasks(changed::add, forgotten::add);
        later.add(brief);
        for (int i = 1; i <= WHOLE; i++) {
            later.add(find(i % WHOLE));
        }

        assertThat(changed).isEmpty();
    }

    private void add(int first, int count) {
        for (int i = first; i < first + count; i++) {
            TaskStatus status = new TaskStatus(
                    "t" + i,
                    "work",
                    3,
                    TaskState.SUCCEEDED,
                    1,
                    i,
                    "done",
                    Map.of("n", String.valueOf(i)),
                    0,
                    null,
                    TaskOrigin.DISPATCH);
            ended.add(new EndedTask(status, "work/" + i, false));
        }
    }

    private EndedTask find(int number) {
        EndedTask task = ended.find("t" + number);
        assertThat(task).isNotNull();
        return task;
    }
}

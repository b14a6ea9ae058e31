package dev.outpost.agent.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FlushRoundsTest {

    private final List<Consumer<Boolean>> begun = new ArrayList<>();
    private final FlushRounds rounds = new FlushRounds(begun::add);

    @Test
    void ask_nothingUnderWay_beginsAtOnce() {
        CompletableFuture<Boolean> safe = rounds.ask();

        begun.get(0).accept(true);

        assertThat(safe).isCompletedWithValue(true);
        assertThat(begun).hasSize(1);
    }

    @Test
    void ask_oftenWhileOneIsUnderWay_sharesOneMore() {
        CompletableFuture<Boolean> first = rounds.ask();
        CompletableFuture<Boolean> second = rounds.ask();
        CompletableFuture<Boolean> third = rounds.ask();
        assertThat(begun).hasSize(1);

        begun.get(0).accept(true);
        assertThat(first).isCompletedWithValue(true);
        assertThat(begun).hasSize(2);
        assertThat(second).isNotDone();
        begun.get(1).accept(true);

        assertThat(second).isCompletedWithValue(true);
        assertThat(third).isCompletedWithValue(true);
    }

    @Test
    void ended_roundBeforeGaveSomethingUp_isSoOfTheOneThatWaitedToo() {
        CompletableFuture<Boolean> first = rounds.ask();
        CompletableFuture<Boolean> second = rounds.ask();
        begun.get(0).accept(false);
        begun.get(1).accept(true);
        CompletableFuture<Boolean> third = rounds.ask();
        begun.get(2).accept(true);

        assertThat(first).isCompletedWithValue(false);
        assertThat(second).isCompletedWithValue(false);
        assertThat(third).isCompletedWithValue(true);
    }
}

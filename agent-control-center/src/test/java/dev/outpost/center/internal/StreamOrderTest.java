package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.center.internal.StreamOrder.Fit;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StreamOrderTest {

    private static final int WINDOW = 3;

    private final StreamOrder order = new StreamOrder(10, WINDOW);

    private static StreamPosition at(long sequence) {
        return new StreamPosition(new UUID(1, 2), 1, sequence);
    }

    private static TelemetryGap gap(long first, long last) {
        return new TelemetryGap(at(last), first, 0, "any");
    }

    private Fit add(long first, long last) {
        assertThat(order.hasCome(at(last))).isFalse();
        return order.add(gap(first, last), at(last), first);
    }

    @Test
    void add_nextNumbers_waitInOrderAndAreTakenWhenDone() {
        assertThat(add(11, 11)).isEqualTo(Fit.TAKEN);
        assertThat(add(12, 14)).isEqualTo(Fit.TAKEN);
        assertThat(order.nextExpected()).isEqualTo(15);
        assertThat(order.taken()).isEqualTo(10);
        assertThat(order.poll()).isEqualTo(gap(11, 11));
        order.done(11);
        assertThat(order.taken()).isEqualTo(11);
        assertThat(order.poll()).isEqualTo(gap(12, 14));
        assertThat(order.poll()).isNull();
    }

    @Test
    void hasCome_upToTheLastThatCame_isTrue() {
        add(11, 12);
        assertThat(order.hasCome(at(12))).isTrue();
        assertThat(order.hasCome(at(13))).isFalse();
    }

    @Test
    void add_somethingBeforeHasNotCome_isTooEarly() {
        assertThat(add(12, 12)).isEqualTo(Fit.TOO_EARLY);
        assertThat(order.poll()).isNull();
        assertThat(order.nextExpected()).isEqualTo(11);
    }

    @Test
    void add_gapThatBeginsBefore_isTaken() {
        add(11, 11);
        assertThat(add(9, 12)).isEqualTo(Fit.TAKEN);
        assertThat(order.nextExpected()).isEqualTo(13);
    }

    @Test
    void add_windowIsFull_isTooManyUntilOneIsDone() {
        for (long sequence = 11; sequence < 11 + WINDOW; sequence++) {
            add(sequence, sequence);
        }
        order.poll(); // at the handler, and still unacknowledged
        assertThat(add(14, 14)).isEqualTo(Fit.TOO_MANY);
        order.done(11);
        assertThat(add(14, 14)).isEqualTo(Fit.TAKEN);
    }

    @Test
    void awaitAgain_laterOnesCome_arePassedOverUntilThatOneComes() {
        add(11, 11);
        add(12, 12);
        order.poll();
        order.awaitAgain();
        assertThat(order.poll()).isNull();
        assertThat(add(13, 13)).isEqualTo(Fit.PASSED_OVER);
        assertThat(add(11, 11)).isEqualTo(Fit.TAKEN);
        assertThat(add(13, 13)).isEqualTo(Fit.TOO_EARLY);
        assertThat(add(12, 12)).isEqualTo(Fit.TAKEN);
    }

    @Test
    void awaitAgain_windowWasFull_isEmptyAgain() {
        for (long sequence = 11; sequence < 11 + WINDOW; sequence++) {
            add(sequence, sequence);
        }
        order.poll();
        order.awaitAgain();
        for (long sequence = 11; sequence < 11 + WINDOW; sequence++) {
            assertThat(add(sequence, sequence)).isEqualTo(Fit.TAKEN);
        }
    }

    @Test
    void takenBefore_someOfItHasCome_dropsThatAndMakesRoom() {
        add(11, 11);
        add(12, 13);
        add(14, 14);
        assertThat(order.takenBefore(13)).isEqualTo(2);
        assertThat(order.taken()).isEqualTo(13);
        assertThat(order.nextExpected()).isEqualTo(15);
        assertThat(add(15, 15)).isEqualTo(Fit.TAKEN);
        assertThat(add(16, 16)).isEqualTo(Fit.TAKEN);
        assertThat(add(17, 17)).isEqualTo(Fit.TOO_MANY);
        assertThat(order.poll()).isEqualTo(gap(14, 14));
    }

    @Test
    void takenBefore_messageIsTakenInPart_isKept() {
        add(11, 14);
        assertThat(order.takenBefore(12)).isZero();
        assertThat(order.poll()).isEqualTo(gap(11, 14));
    }

    @Test
    void takenBefore_lessThanTheAgentOpenedItAt_changesNothing() {
        assertThat(order.takenBefore(5)).isZero();
        assertThat(order.taken()).isEqualTo(10);
        assertThat(order.nextExpected()).isEqualTo(11);
    }

    @Test
    void announced_furtherThanOpened_isWhereTheAgentMayGoOn() {
        order.announced(20);
        assertThat(order.taken()).isEqualTo(10);
        assertThat(add(21, 21)).isEqualTo(Fit.TAKEN);
        order.announced(0);
        assertThat(order.nextExpected()).isEqualTo(22);
    }

    @Test
    void clear_someWait_nothingHasItsTurn() {
        add(11, 11);
        order.clear();
        assertThat(order.poll()).isNull();
        assertThat(order.hasCome(at(11))).isTrue();
    }
}

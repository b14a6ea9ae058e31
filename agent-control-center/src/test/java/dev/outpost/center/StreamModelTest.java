package dev.outpost.center;

import static dev.outpost.center.Positions.STREAM;
import static dev.outpost.center.Positions.at;
import static dev.outpost.center.Positions.logs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.sink.SinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An agent that keeps to the protocol and has several epochs to send, links that are cut at random, and a handler that takes
 * its time, fails and rejects at random: whatever the interleaving, every number of every epoch is dealt with once, in order.
 */
@Timeout(60)
class StreamModelTest {

    private static final int EPOCHS = 4;
    private static final int LAST = 60;

    private final ExecutorService later = Executors.newSingleThreadExecutor();
    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    private Handler handler;
    private ControlCenter center;

    @AfterEach
    void closeAll() {
        center.close();
        later.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void epochs_cutsAndFailuresAtRandom_areDealtWithOnceInOrder(long seed) throws Exception {
        handler = new Handler(new Random(seed));
        center = ControlCenter.builder()
                .endpoint(endpoint)
                .authenticator(Authenticator.everybody())
                .telemetry(handler)
                .windowBatches(CenterBench.WINDOW)
                .build();
        center.start();
        Random random = new Random(seed);
        long[] acked = new long[EPOCHS + 1];
        while (!isDone(acked)) {
            oneConnection(acked, random);
        }
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            assertThat(handler.dealtWith(epoch))
                    .as("seed %d, epoch %d", seed, epoch)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, LAST).boxed().toList());
        }
        assertThat(center.counters()).doesNotContainKeys("protocol.violations", "streams.handler_abandoned");
    }

    private void oneConnection(long[] acked, Random random) throws Exception {
        List<StreamPosition> named = new ArrayList<>();
        boolean[] open = new boolean[EPOCHS + 1];
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            open[epoch] = random.nextBoolean();
            if (open[epoch]) {
                named.add(at(epoch, acked[epoch]));
            }
        }
        HandDrivenAgent agent = endpoint.connect().join("a-1", "run-1", named.toArray(StreamPosition[]::new));
        agent.welcome().streams().forEach(through -> note(acked, through));
        long[] sent = acked.clone();
        while (!isDone(acked) && random.nextInt(60) > 0) {
            int epoch = 1 + random.nextInt(EPOCHS);
            if (!open[epoch]) {
                agent.send(new StreamOpen(at(epoch, acked[epoch])));
                sent[epoch] = acked[epoch];
                open[epoch] = true;
            }
            sent[epoch] = Math.max(sent[epoch], acked[epoch]);
            if (sent[epoch] < LAST && sent[epoch] - acked[epoch] < CenterBench.WINDOW) {
                sent[epoch] = send(agent, epoch, sent[epoch] + 1);
            } else {
                listen(agent, acked, sent);
            }
        }
        agent.vanish();
        assertThat(agent.awaitClosed().detail()).isEqualTo("vanished");
    }

    /** Every seventh and eighth number is a gap of two. */
    private static long send(HandDrivenAgent agent, int epoch, long sequence) {
        if (sequence % 8 == 7) {
            agent.send(new TelemetryGap(at(epoch, sequence + 1), sequence, 2, "evicted"));
            return sequence + 1;
        }
        agent.send(logs(at(epoch, sequence)));
        return sequence;
    }

    private static void listen(HandDrivenAgent agent, long[] acked, long[] sent) throws InterruptedException {
        CenterMessage message = agent.poll();
        if (message instanceof BatchAck ack) {
            note(acked, ack.through());
        } else if (message instanceof BatchNack nack && nack.code() == BatchNack.Code.RETRY) {
            int epoch = (int) nack.position().epoch();
            sent[epoch] = acked[epoch];
        }
    }

    private static void note(long[] acked, StreamPosition through) {
        int epoch = (int) through.epoch();
        acked[epoch] = Math.max(acked[epoch], through.sequence());
    }

    private static boolean isDone(long[] acked) {
        return LongStream.of(acked).skip(1).allMatch(through -> through == LAST);
    }

    /** Answers at once or later, with success, failure or rejection; notes what it takes. */
    private final class Handler implements TelemetryHandler {

        private final Random random;
        private final List<StreamPosition> dealtWith = new ArrayList<>();

        Handler(Random random) {
            this.random = random;
        }

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            int choice;
            synchronized (this) {
                choice = random.nextInt(20);
            }
            return choice < 8
                    ? CompletableFuture.completedStage(take(batch, choice))
                    : CompletableFuture.supplyAsync(() -> take(batch, choice), later);
        }

        private synchronized Object take(LogBatch batch, int choice) {
            if (choice % 10 == 1) {
                throw new IllegalStateException("not now");
            }
            dealtWith.add(new StreamPosition(STREAM, batch.epoch(), batch.sequence()));
            if (choice % 10 == 2) {
                throw SinkException.permanent("never", null);
            }
            return batch;
        }

        @Override
        public synchronized void onGap(AgentInfo agent, StreamGap gap) {
            if (random.nextInt(4) == 0) {
                throw new IllegalStateException("not now");
            }
            for (long sequence = gap.from(); sequence <= gap.through(); sequence++) {
                dealtWith.add(new StreamPosition(STREAM, gap.epoch(), sequence));
            }
        }

        synchronized List<Long> dealtWith(long epoch) {
            return dealtWith.stream()
                    .filter(position -> position.epoch() == epoch)
                    .map(StreamPosition::sequence)
                    .toList();
        }
    }
}

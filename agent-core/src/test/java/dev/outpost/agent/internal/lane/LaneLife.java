package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.ModelReceiver.Message;
import dev.outpost.agent.internal.lane.ModelReceiver.Name;
import dev.outpost.agent.internal.spool.SpoolFiles;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.transport.Compression;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** One life of the process in {@link LaneModel}: what it does, and what was seen of it. */
final class LaneLife {

    private static final List<Integer> CLASSES = List.of(ClosedBatch.IMPORTANT, ClosedBatch.BULK);
    private static final int MOST_REFUSALS = 5;

    final Lane lane;

    /** Whether the disk has ever failed in this life, or was too slow. */
    boolean diskWasBad;

    /** Whether the spool has been opened. */
    boolean hasOpened;

    private final int laneBytes;
    private final ManualClock clock;
    private final SplittableRandom random;
    private final ModelReceiver receiver;
    private final Timers timers = new Timers();
    private final Inbox inbox = new Inbox(64, new NoWaiting());
    private final Counters counters = new Counters();
    private final LaneBench.HandDisk disk = new LaneBench.HandDisk();
    private final SpoolClient spool;
    private final Map<Chain, Set<Integer>> offered = new HashMap<>();
    private final Set<Integer> safe;
    private final Set<Integer> acked = new HashSet<>();
    private final List<Vow> vows = new ArrayList<>();
    private final Map<Name, Deque<Message>> inFlight = new HashMap<>();
    private final Map<Name, Long> ackedThrough = new HashMap<>();
    private long offeredRecords;
    private boolean connected;
    private int window;

    LaneLife(
            Spool settings,
            int window,
            int laneBytes,
            SpoolFiles files,
            ManualClock clock,
            SplittableRandom random,
            ModelReceiver receiver,
            Set<Integer> safe) {
        this.window = window;
        this.laneBytes = laneBytes;
        this.clock = clock;
        this.random = random;
        this.receiver = receiver;
        this.safe = safe;
        lane = new Lane(
                "logs",
                "logs",
                Signal.LOGS,
                CLASSES,
                Compression.NONE,
                new LaneGate(laneBytes, LaneOverflow.spill()),
                window,
                timers,
                clock,
                random.split(),
                counters,
                Lane::offer);
        spool = new SpoolClient(
                settings,
                lane.chains(),
                files,
                disk,
                timers,
                inbox,
                clock,
                random.split(),
                new ThrottledLog(clock),
                counters);
        lane.spool(spool);
        spool.open();
        inbox.drain();
    }

    /** Somebody who waits for batches to be safe. */
    private final class Vow implements Promise {
        private final Collection<Integer> numbers;
        private int answers;

        Vow(Collection<Integer> numbers) {
            this.numbers = numbers;
            vows.add(this);
        }

        @Override
        public void kept() {
            answers++;
            safe.addAll(numbers);
        }

        @Override
        public void broken(String reason) {
            answers++;
        }
    }

    static int records(int number) {
        return 1 + number % 7;
    }

    /** False when there is no room. */
    boolean offer(int number, int bytes, boolean awaited) {
        ByteBuffer body = ByteBuffer.allocate(bytes).putInt(0, number);
        int priority = CLASSES.get(number % CLASSES.size());
        List<Promise> promises = awaited ? List.of(new Vow(List.of(number))) : List.of();
        ClosedBatch batch =
                new ClosedBatch(Signal.LOGS, priority, records(number), Codec.NONE, body, clock.nanoTime(), promises);
        offeredRecords += batch.records();
        if (lane.gate().heldBytes() + bytes > laneBytes) {
            lane.refuse(batch);
            return false;
        }
        lane.gate().take(bytes);
        offered.computeIfAbsent(lane.chains().get(number % CLASSES.size()), c -> new HashSet<>())
                .add(number);
        lane.offer(batch);
        return true;
    }

    void whenSafe() {
        for (Chain chain : lane.chains()) {
            chain.whenSafe(new Vow(List.copyOf(offered.getOrDefault(chain, Set.of()))));
        }
    }

    void send(int most) {
        for (int left = most; left > 0 && connected; left--) {
            Chain chain = lane.chains().get(random.nextInt(lane.chains().size()));
            Chain.Offer offer = chain.next();
            if (offer == null) {
                continue;
            }
            Run run = offer.run();
            if (!run.isOpened()) {
                receiver.send(new Message(run.acked(), run.acked().sequence() + 1, 0));
                run.opened(true);
            }
            StreamPosition position = run.position(offer.entry().through());
            Name name = Name.of(position);
            Deque<Message> flight = inFlight.computeIfAbsent(name, n -> new ArrayDeque<>());
            long before = flight.isEmpty()
                    ? run.acked().sequence()
                    : Math.max(
                            flight.getLast().position().sequence(), run.acked().sequence());
            ClosedBatch batch = offer.entry().batch();
            int number = batch == null ? 0 : LaneModel.numberOf(batch);
            Message message = new Message(position, offer.entry().from(), number);
            // A gap may begin with what was delivered, when that was not known as it was noted.
            assertThat(batch == null ? Math.max(message.from(), before + 1) : message.from())
                    .as("order of %s", message)
                    .isEqualTo(before + 1);
            assertThat(position.sequence()).as("end of %s", message).isGreaterThan(before);
            assertThat(position.sequence())
                    .as("%s is acknowledged", message)
                    .isGreaterThan(ackedThrough.getOrDefault(name, 0L));
            assertThat(flight.size()).as("in flight before %s", message).isLessThan(window);
            chain.sent(offer);
            flight.add(message);
            receiver.send(message);
        }
    }

    /** The destination takes some of what is under way; it refuses the last of it, or would have it sent again later. */
    void receive(int most, boolean rejects, boolean retries) {
        for (int left = most; left > 0; left--) {
            Optional<Message> taken = receiver.take();
            if (taken.isPresent() && !taken.get().isOpening() && left == 1 && rejects) {
                chainOf(taken.get().position())
                        .ifPresent(chain -> chain.rejected(taken.get().position(), "rejected"));
            } else if (taken.isPresent() && !taken.get().isOpening() && left == 1 && retries) {
                nack(taken.get().position());
            }
        }
    }

    private Optional<Chain> chainOf(StreamPosition position) {
        return lane.chains().stream()
                .filter(chain -> chain.isInFlight(position))
                .findFirst();
    }

    private void nack(StreamPosition position) {
        chainOf(position).ifPresent(chain -> {
            if (chain.refused(position) >= MOST_REFUSALS) {
                chain.rejected(position, "refused");
            }
            chain.rewind(position);
            inFlight.remove(Name.of(position));
            chain.pauseUntil(clock.nanoTime() + Duration.ofMillis(500).toNanos());
        });
    }

    void ack(StreamPosition through) {
        for (Chain chain : lane.chains()) {
            if (chain.knows(through)) {
                Name name = Name.of(through);
                ackedThrough.merge(name, through.sequence(), Math::max);
                Deque<Message> flight = inFlight.getOrDefault(name, new ArrayDeque<>());
                while (!flight.isEmpty() && flight.element().position().sequence() <= through.sequence()) {
                    acked.add(flight.remove().number());
                }
                chain.ack(through);
                assertThat(chain.ack(through)).as("a second time").isFalse();
                return;
            }
        }
    }

    /** An acknowledgement of what this process has never sent. */
    void ackBeyond() {
        for (Chain chain : lane.chains()) {
            for (StreamPosition live : chain.announce()) {
                StreamPosition beyond = new StreamPosition(live.streamId(), live.epoch(), 1_000_000);
                assertThat(chain.knows(beyond)).as("%s", beyond).isFalse();
                assertThat(chain.ack(beyond)).isFalse();
            }
        }
    }

    void window(int batches) {
        window = batches;
        lane.chains().forEach(chain -> chain.window(batches));
    }

    void dropNext() {
        for (Chain chain : lane.chains()) {
            Chain.Offer offer = connected ? chain.next() : null;
            if (offer != null) {
                chain.dropNext(offer, "too_large_for_center");
            }
        }
    }

    void connect() {
        if (connected) {
            return;
        }
        connected = true;
        letIn();
    }

    /** Another connection takes over from the one that stands, which may not have delivered all that was sent on it. */
    void move() {
        if (connected) {
            receiver.cut();
            inFlight.clear();
            lane.chains().forEach(Chain::onMoved);
            letIn();
        }
    }

    private void letIn() {
        List<StreamPosition> announced = new ArrayList<>();
        lane.chains().forEach(chain -> announced.addAll(chain.announce()));
        for (StreamPosition position : announced) {
            receiver.send(new Message(position, position.sequence() + 1, 0));
            receiver.take();
        }
        lane.gate().connected(true, clock.nanoTime());
        lane.chains().forEach(chain -> chain.onAnnounced(announced));
        announced.forEach(position -> ack(receiver.watermark(Name.of(position))));
        lane.chains().forEach(Chain::onConnected);
    }

    /** Also an attempt to connect that fails. */
    void disconnect() {
        connected = false;
        receiver.cut();
        inFlight.clear();
        lane.gate().connected(false, clock.nanoTime());
        lane.chains().forEach(Chain::onDisconnected);
    }

    void conflict() {
        disconnect();
        spool.changeStream(() -> lane.chains().forEach(Chain::onConflict));
    }

    void disk(int steps) {
        for (int left = steps; left > 0; left--) {
            disk.step();
        }
    }

    boolean turn() {
        return inbox.drain() + timers.fire(clock.nanoTime()) > 0;
    }

    void settle() {
        boolean busy = true;
        for (int turns = 0; busy; turns++) {
            assertThat(turns).as("turns without coming to rest").isLessThan(10_000);
            lane.check();
            busy = turn();
            while (disk.step()) {
                busy = true;
            }
        }
    }

    /** Lets go of the spool, and lets the disk finish. */
    void close() {
        spool.close();
        while (disk.step()) {
            turn();
        }
        turn();
        assertThat(vows).as("promises after the close").allMatch(vow -> vow.answers == 1);
    }

    void closeAll() {
        lane.close();
        close();
    }

    boolean isEmpty() {
        return lane.account().held() == 0 && lane.account().spooled() == 0;
    }

    int unsent() {
        return lane.chains().stream().mapToInt(Chain::unsent).sum();
    }

    /** Batches of which nobody was told that they are safe. */
    Set<Integer> unsafe(Set<Integer> toldSafe) {
        Set<Integer> unsafe = new HashSet<>();
        offered.values().forEach(unsafe::addAll);
        unsafe.removeAll(toldSafe);
        return unsafe;
    }

    long dropped(String reason) {
        return lane.account().dropped().getOrDefault(reason, 0L);
    }

    long droppedTotal() {
        return lane.account().dropped().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    void check() {
        diskWasBad |= spool.hasFailed();
        hasOpened |= spool.canWrite();
        LaneAccount account = lane.account();
        assertThat(account.delivered()).as("delivered").isNotNegative();
        assertThat(account.held()).as("held").isNotNegative();
        assertThat(account.spooled()).as("spooled").isNotNegative();
        assertThat(account.dropped().values()).as("dropped").allMatch(count -> count >= 0);
        assertThat(account.delivered() + account.held() + account.spooled() + droppedTotal())
                .as("the account of offered %s and recovered %s", offeredRecords, account.recovered())
                .isEqualTo(offeredRecords + account.recovered());
        assertThat(lane.gate().heldBytes())
                .as("bytes in memory")
                .isEqualTo(
                        lane.chains().stream().mapToLong(Chain::bytesInMemory).sum());
        assertThat(vows).as("answers to promises").allMatch(vow -> vow.answers <= 1);
    }
}

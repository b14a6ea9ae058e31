package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Disk;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.lane.Destination;
import dev.outpost.agent.internal.lane.JointPromise;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.lane.SinkPump;
import dev.outpost.agent.internal.lane.SpoolClient;
import dev.outpost.agent.internal.spool.DiskFiles;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All lanes of an agent, the sinks' pumps and the spool. Control loop only, but for what says otherwise. */
final class LaneSet {

    private static final int SINK_WINDOW = 1;
    private static final Duration CHECK = Duration.ofMillis(250);
    private static final List<Integer> LOG_CLASSES = List.of(ClosedBatch.IMPORTANT, ClosedBatch.BULK);
    private static final List<Integer> METRIC_CLASSES = List.of(ClosedBatch.IMPORTANT);

    private final AgentConfig config;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Counters counters;
    private final List<Lane> all = new ArrayList<>();
    private final List<Lane> ofCenter = new ArrayList<>();
    private final List<SinkPump> pumps = new ArrayList<>();
    private final Disk disk = new Disk();
    private final @Nullable SpoolClient spool;
    private boolean closed;

    LaneSet(
            AgentConfig config,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.config = config;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
        if (!config.transports().isEmpty()) {
            int window = config.session().windowBatches();
            Compression compression = config.telemetry().compression();
            ofCenter.add(lane("logs", "logs", Signal.LOGS, LOG_CLASSES, compression, window));
            ofCenter.add(lane("metrics", "metrics", Signal.METRICS, METRIC_CLASSES, compression, window));
            all.addAll(ofCenter);
        }
        config.sinks()
                .forEach((name, sink) -> addSink(
                        lane("logs/" + name, "sink." + name + ".logs", Signal.LOGS, LOG_CLASSES),
                        Destination.ofLogs(sink),
                        guard,
                        log));
        config.metricSinks()
                .forEach((name, sink) -> addSink(
                        lane("metrics/" + name, "sink." + name + ".metrics", Signal.METRICS, METRIC_CLASSES),
                        Destination.ofMetrics(sink),
                        guard,
                        log));
        List<Chain> chains =
                all.stream().flatMap(lane -> lane.chains().stream()).toList();
        spool = config.spool() == null
                ? null
                : new SpoolClient(
                        config.spool(), chains, new DiskFiles(), disk, timers, inbox, clock, random, log, counters);
        all.forEach(lane -> lane.spool(spool));
    }

    private void addSink(Lane lane, Destination sink, Guard guard, ThrottledLog log) {
        lane.gate().connected(true, clock.nanoTime());
        all.add(lane);
        pumps.add(new SinkPump(sink, lane, timers, inbox, clock, random, guard, log, counters));
    }

    private Lane lane(String name, String place, Signal signal, List<Integer> classes) {
        return lane(name, place, signal, classes, Compression.NONE, SINK_WINDOW);
    }

    private Lane lane(
            String name, String place, Signal signal, List<Integer> classes, Compression compression, int window) {
        AgentConfig.Telemetry settings = config.telemetry();
        return new Lane(
                name,
                place,
                signal,
                classes,
                compression,
                new LaneGate(settings.laneBytes(), settings.laneOverflow()),
                window,
                timers,
                clock,
                random,
                counters,
                (lane, batch) -> inbox.post(() -> lane.offer(batch)));
    }

    /** All lanes; any thread. */
    List<Lane> all() {
        return all;
    }

    /** Those that the session serves. */
    List<Lane> ofCenter() {
        return ofCenter;
    }

    void start() {
        if (spool != null) {
            spool.open();
        }
        for (Lane lane : all) {
            if (!ofCenter.contains(lane)) {
                lane.chains().forEach(Chain::onConnected);
            }
        }
        check();
    }

    private void check() {
        if (!closed && spool != null) {
            all.forEach(Lane::check);
            timers.schedule(clock.nanoTime(), CHECK, this::check);
        }
    }

    int pump() {
        int work = 0;
        for (int i = 0; i < all.size(); i++) {
            long wanted = all.get(i).gate().takeWanted();
            if (wanted > 0) {
                all.get(i).dropOldest(wanted);
                work++;
            }
        }
        for (int i = 0; i < pumps.size(); i++) {
            work += pumps.get(i).pump();
        }
        return work;
    }

    /** The positions that a hello names. */
    List<StreamPosition> announce() {
        List<StreamPosition> positions = new ArrayList<>();
        for (Lane lane : ofCenter) {
            lane.chains().forEach(chain -> positions.addAll(chain.announce()));
        }
        return positions;
    }

    void changeStream() {
        if (spool == null) {
            ofCenter.forEach(lane -> lane.chains().forEach(Chain::onConflict));
        } else {
            spool.changeStream(() -> all.forEach(lane -> lane.chains().forEach(Chain::onConflict)));
        }
    }

    /** What does not work. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (spool != null && spool.isDegraded()) {
            spool.problem().ifPresent(problems::add);
        }
        for (int i = 0; i < pumps.size(); i++) {
            if (pumps.get(i).isOpen()) {
                problems.add("sink " + pumps.get(i).name() + " is away");
            }
        }
        return problems;
    }

    boolean hasSpool() {
        return spool != null;
    }

    void spillAll() {
        all.forEach(Lane::spillAll);
    }

    /** Runs {@code done} once, with whether all that the lanes hold now is safe. */
    void whenSafe(Consumer<Boolean> done) {
        Promise safe = new JointPromise(all.size(), new Answer(done));
        all.forEach(lane -> lane.whenSafe(safe));
    }

    /**
     * Runs {@code done} when all that the lanes hold now is delivered or given up, or, where the destination is away and
     * there is a spool, on disk.
     */
    void whenSettled(Runnable done) {
        Promise settled = new JointPromise(all.size(), new Answer(ignored -> done.run()));
        for (Lane lane : all) {
            if (spool == null || lane.isConnected()) {
                lane.whenDelivered(settled);
            } else {
                lane.spillAll();
                lane.whenSafe(settled);
            }
        }
    }

    /** Drops what is in memory only, and lets go of the spool. */
    void close() {
        closed = true;
        pumps.forEach(SinkPump::close);
        all.forEach(Lane::close);
        if (spool == null) {
            disk.close();
        } else {
            spool.close();
        }
    }

    /** Waits for the ends of the threads; not on the control loop. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        long end = ControlStage.REAL_TIME.nanoTime() + nanos;
        boolean ended = disk.awaitEnd(nanos);
        for (SinkPump pump : pumps) {
            ended &= pump.awaitEnd(end - ControlStage.REAL_TIME.nanoTime());
        }
        return ended;
    }

    /** Passes on whether a promise was kept. */
    private record Answer(Consumer<Boolean> to) implements Promise {

        @Override
        public void kept() {
            to.accept(true);
        }

        /** What was dropped and counted is not waited for; what is in memory only, though it was to be written, is. */
        @Override
        public void broken(String reason) {
            to.accept(!reason.equals(Chain.SPOOL_FAILED) && !reason.equals(Chain.CLOSED));
        }
    }
}

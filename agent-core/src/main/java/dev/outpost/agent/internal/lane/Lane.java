package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Outlet;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Compression;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way of one signal to one destination: one chain of batches for each priority class, the more important first, and one
 * bound for all that they hold in memory. All methods but those of {@link Outlet} and {@link #account} belong to the control
 * loop.
 */
public final class Lane implements Outlet {

    private final String name;
    private final Signal signal;
    private final Compression compression;
    private final LaneGate gate;
    private final LaneAccount account;
    private final BiConsumer<Lane, ClosedBatch> handOver;
    private final List<Chain> chains = new ArrayList<>();
    private boolean closed;

    /**
     * A lane.
     *
     * @param name names it in counters
     * @param place names its directories in the spool
     * @param priorities the classes of its batches
     * @param compression what its batches are to be
     * @param handOver brings a batch from the telemetry loop to {@link #offer} on the control loop
     */
    public Lane(
            String name,
            String place,
            Signal signal,
            List<Integer> priorities,
            Compression compression,
            LaneGate gate,
            int window,
            Timers timers,
            AgentClock clock,
            RandomGenerator random,
            Counters counters,
            BiConsumer<Lane, ClosedBatch> handOver) {
        this.name = name;
        this.signal = signal;
        this.compression = compression;
        this.gate = gate;
        this.account = new LaneAccount(name, counters);
        this.handOver = handOver;
        for (int priority : priorities) {
            SpoolRun.Chain inSpool = new SpoolRun.Chain(place + "-" + priority, priority);
            chains.add(new Chain(this, inSpool, account, gate, window, timers, clock, random));
        }
    }

    /** Names it in counters and logs. */
    public String name() {
        return name;
    }

    /** What it carries. */
    public Signal signal() {
        return signal;
    }

    /** What became of its records; any thread. */
    public LaneAccount account() {
        return account;
    }

    /** Its chains, the most important first. */
    public List<Chain> chains() {
        return chains;
    }

    /** Gives it a spool, or none; before anything else. */
    public void spool(@Nullable SpoolClient client) {
        chains.forEach(chain -> chain.spool(client));
    }

    @Override
    public LaneGate gate() {
        return gate;
    }

    @Override
    public Compression compression() {
        return compression;
    }

    /** Any thread: on to the control loop. */
    @Override
    public void accept(ClosedBatch batch) {
        handOver.accept(this, batch);
    }

    @Override
    public void refuse(ClosedBatch batch) {
        account.refused("lane_full", batch.records());
        batch.promises().forEach(promise -> promise.broken("lane_full"));
    }

    /** Takes a batch into the lane. */
    public void offer(ClosedBatch batch) {
        chainOf(batch.priority()).offer(batch);
        if (closed) {
            chains.forEach(Chain::close);
        }
    }

    private Chain chainOf(int priority) {
        for (Chain chain : chains) {
            if (priority <= chain.place().priority()) {
                return chain;
            }
        }
        return chains.get(chains.size() - 1);
    }

    /** Drops what waits longest, the least important first, until so many bytes are free. */
    public void dropOldest(long bytes) {
        long left = bytes;
        for (int i = chains.size() - 1; i >= 0 && left > 0; i--) {
            left -= chains.get(i).dropOldest(left);
        }
    }

    /** Looks at what has waited for too long. */
    public void check() {
        for (int i = 0; i < chains.size(); i++) {
            chains.get(i).check();
        }
    }

    void spillingChanged() {
        boolean spilling = false;
        for (int i = 0; i < chains.size(); i++) {
            spilling |= chains.get(i).isSpilling();
        }
        gate.spooling(spilling);
    }

    void unsentChanged() {
        int unsent = 0;
        for (int i = 0; i < chains.size(); i++) {
            unsent += chains.get(i).unsent();
        }
        gate.unsent(unsent);
    }

    /** {@code promise} is kept as soon as what it holds now is in the spool or delivered. */
    public void whenSafe(Promise promise) {
        Promise joint = new JointPromise(chains.size(), promise);
        chains.forEach(chain -> chain.whenSafe(joint));
    }

    /**
     * {@code promise} is kept as soon as what came to it in this life of the process is delivered; on disk, if nobody is there
     * to take it.
     */
    public void whenDelivered(Promise promise) {
        Promise joint = new JointPromise(chains.size(), promise);
        chains.forEach(chain -> chain.whenDelivered(joint));
    }

    /** Whether its destination takes batches. */
    public boolean isConnected() {
        return chains.get(0).isConnected();
    }

    /** Writes down what is not delivered, as far as there is a spool. */
    public void spillAll() {
        chains.forEach(Chain::spillAll);
    }

    /** Drops what is in memory only, counted; what comes later goes the same way. */
    public void close() {
        closed = true;
        chains.forEach(Chain::close);
    }

    /** What was published and never came here is dropped, counted: the agent has ended. */
    public void dropRest(long records) {
        account.refused("closed", records);
    }
}

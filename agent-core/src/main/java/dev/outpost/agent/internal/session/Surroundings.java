package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks from time to time at what a session depends on and nobody tells it of: the network's addresses, and the files and
 * tokens of who the agent is. The looking is done beside the control loop, by a thread that exists only meanwhile; what comes of it is dealt with on the
 * loop.
 */
public final class Surroundings {

    private static final Duration NETWORK_EVERY = Duration.ofSeconds(10);
    private static final long KEEP_ALIVE_MILLIS = 100;

    private final List<Transport> transports;
    private final Session session;
    private final Supplier<String> network;
    private final Duration identityEvery;
    private final Executor beside;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Guard guard;
    private final ThrottledLog log;
    private final List<KnownIdentity> known = new ArrayList<>();
    private Timers.@Nullable Timer networkTimer;
    private Timers.@Nullable Timer identityTimer;
    private @Nullable String addresses;
    private boolean lookingAtNetwork;
    private boolean lookingAtIdentities;
    private boolean closed;

    /**
     * Not begun.
     *
     * @param network something that is another when the network is
     * @param identityEvery how often identities are read
     * @param beside runs what may read files and ask the system
     */
    Surroundings(
            List<Transport> transports,
            Session session,
            Supplier<String> network,
            Duration identityEvery,
            Executor beside,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.transports = List.copyOf(transports);
        this.session = session;
        this.network = network;
        this.identityEvery = identityEvery;
        this.beside = beside;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.guard = guard;
        this.log = log;
        for (Transport transport : transports) {
            known.add(new KnownIdentity(transport.target(), clock, log, counters));
        }
    }

    /** Of the real network, and with a thread of its own. */
    public static Surroundings real(
            List<Transport> transports,
            Session session,
            Duration identityEvery,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_MILLIS,
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(2), // one look of each kind
                body -> AgentThreads.newThread("surroundings", body),
                new ThreadPoolExecutor.DiscardPolicy());
        thread.allowCoreThreadTimeOut(true);
        return new Surroundings(
                transports,
                session,
                new NetworkAddresses(),
                identityEvery,
                thread,
                timers,
                inbox,
                clock,
                guard,
                log,
                counters);
    }

    /** Begins to look. */
    public void start() {
        lookAtNetwork();
        lookAtIdentities();
    }

    private void lookAtNetwork() {
        networkTimer = timers.schedule(clock.nanoTime(), NETWORK_EVERY, this::lookAtNetwork);
        if (!lookingAtNetwork) { // else the system has not answered yet
            lookingAtNetwork = true;
            beside.execute(() -> {
                String now = guard.call("network addresses", network::get, "");
                inbox.post(() -> onNetwork(now));
            });
        }
    }

    private void lookAtIdentities() {
        identityTimer = timers.schedule(clock.nanoTime(), identityEvery, this::lookAtIdentities);
        if (!lookingAtIdentities) { // else a file system hangs, say
            lookingAtIdentities = true;
            beside.execute(() -> {
                List<Object> found = identities();
                inbox.post(() -> onIdentities(found));
            });
        }
    }

    /** Of each transport its identity, or why it cannot be had. */
    private List<Object> identities() {
        List<Object> found = new ArrayList<>();
        for (Transport transport : transports) {
            try {
                found.add(transport.identity());
            } catch (Throwable t) { // user code, and what is wrong with files: told on the loop
                found.add(t);
            }
        }
        return found;
    }

    private void onIdentities(List<Object> found) {
        lookingAtIdentities = false;
        for (int way = 0; way < found.size() && !closed; way++) {
            KnownIdentity identity = known.get(way);
            if (found.get(way) instanceof Identity read) {
                String why = identity.read(read);
                if (!why.isEmpty()) {
                    session.renew(way, why);
                }
            } else if (found.get(way) instanceof Throwable failure) {
                identity.failed(failure);
            }
        }
    }

    private void onNetwork(String now) {
        lookingAtNetwork = false;
        String before = addresses;
        addresses = now;
        if (before != null && !before.equals(now) && !closed) {
            log.warn("network.changed", "the network's addresses have changed", null);
            session.onNetworkChanged();
        }
    }

    /** What is wrong, one line each; control loop only. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        known.forEach(identity -> identity.problem().ifPresent(problems::add));
        return problems;
    }

    /** Seconds until the first of the certificates expires; empty without any. Any thread. */
    public OptionalLong secondsToExpiry() {
        return known.stream()
                .map(KnownIdentity::secondsToExpiry)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min();
    }

    /** Looks no more. */
    public void close() {
        closed = true;
        timers.cancel(networkTimer);
        timers.cancel(identityTimer);
    }
}

package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.schedule.AgentClock;
import java.util.List;

/**
 * What a session carries, the lanes, the reports and the requests of the application, and what its connections mean to them. Control
 * loop only.
 */
final class Cargo {

    private final List<Lane> lanes;
    private final List<Chain> chains;
    private final ReportSource reports;
    private final Requests requests;
    private final int windowBatches;
    private final AgentClock clock;

    Cargo(List<Lane> lanes, ReportSource reports, int windowBatches, Timers timers, AgentClock clock) {
        this.lanes = List.copyOf(lanes);
        this.chains = lanes.stream().flatMap(lane -> lane.chains().stream()).toList();
        this.reports = reports;
        this.requests = new Requests(timers, clock);
        this.windowBatches = windowBatches;
        this.clock = clock;
    }

    /** All chains, in the order in which they have their turns. */
    List<Chain> chains() {
        return chains;
    }

    /** What tasks and schedules have to tell. */
    ReportSource reports() {
        return reports;
    }

    /** What the application has asked. */
    Requests requests() {
        return requests;
    }

    /**
     * There is a connection, on whose hello those positions stood; what the control center says of them is dealt with by
     * {@code told}, before anything is sent.
     *
     * @param window how many batches may be under way by the welcome, or 0
     */
    void connected(List<StreamPosition> announced, int window, Runnable told) {
        long now = clock.nanoTime();
        for (Lane lane : lanes) {
            lane.gate().connected(true, now);
        }
        for (Chain chain : chains) {
            chain.onAnnounced(announced);
        }
        told.run();
        for (Chain chain : chains) {
            chain.window(window == 0 ? windowBatches : Math.min(window, windowBatches));
            chain.onConnected();
        }
    }

    /** Another connection takes over: what was under way is sent again there. */
    void moved() {
        chains.forEach(Chain::onMoved);
        reports.rewind();
        requests.failAll(Reason.LOST, "the session has moved to another connection");
    }

    /** There is none any more. */
    void disconnected() {
        long now = clock.nanoTime();
        for (Lane lane : lanes) {
            lane.gate().connected(false, now);
        }
        chains.forEach(Chain::onDisconnected);
        reports.rewind();
        requests.failAll(Reason.LOST, "the connection was lost; the request may have been handled");
    }
}

package dev.outpost.center.internal;

import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterException;
import dev.outpost.center.ScheduleAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The schedules of one agent: those that it is to follow, what it makes of them, and how all stand. Guarded by itself. */
final class PushedSchedules {

    /** As many as a set may hold, and as many of the agent's own. */
    private static final int MOST_STATUSES = 20_000;

    private final AgentEntry agent;
    private final CenterParts parts;
    private final Executor turn;
    private final Map<String, ScheduleStatus> statuses = new LinkedHashMap<>(4);
    private @Nullable ScheduleSet desired;
    private @Nullable Promise answer;

    /** Those of which nobody has said how they end. */
    private final Set<Promise> promised = ConcurrentHashMap.newKeySet(4);

    private String followed = "";
    private @Nullable AgentSession session;
    private long sentAs;

    /** What the program waits for; itself, for futures are not told apart by sets. */
    private static final class Promise {
        private final CompletableFuture<ScheduleAnswer> future = new CompletableFuture<>();
    }

    /**
     * Without any.
     *
     * @param turn where the agent's things are stored and sent, one after the other
     */
    PushedSchedules(AgentEntry agent, CenterParts parts, Executor turn) {
        this.agent = agent;
        this.parts = parts;
        this.turn = turn;
    }

    /** What an earlier control center has pushed. */
    synchronized void restore(@Nullable ScheduleSet kept) {
        desired = kept;
    }

    CompletableFuture<ScheduleAnswer> push(ScheduleSet set) {
        Promise promise = new Promise();
        promised.add(promise);
        turn.execute(() -> {
            if (!agent.keep(set)) {
                fail(promise, "the agent store failed, and the schedules were not sent");
                return;
            }
            synchronized (this) {
                if (answer != null) {
                    fail(answer, "version '" + set.version() + "' took the place of these schedules");
                }
                desired = set;
                answer = promise;
                send();
            }
        });
        return promise.future;
    }

    private void send() {
        if (session != null && desired != null) {
            sentAs = session.outbound().send(desired, 0);
        }
    }

    /**
     * In turn: the connection is this one now. The agent gets the set unless it has it.
     *
     * @param present null while it is lost
     * @param itsVersion the version that the agent said it follows
     */
    synchronized void settle(@Nullable AgentSession present, String itsVersion) {
        if (session == present) {
            return;
        }
        session = present;
        sentAs = 0;
        if (present != null) {
            statuses.clear(); // a session begins with a report of all
            followed = itsVersion;
            if (desired != null && desired.version().equals(itsVersion)) {
                answered(true, List.of());
            } else {
                send();
            }
        }
    }

    /** A report has come. It waits for its turn, for the connection begins there too. */
    void reported(AgentSession from, ScheduleReport report) {
        turn.execute(() -> {
            if (take(from, report) && !parts.listeners().isEmpty()) {
                AgentInfo info = agent.info();
                parts.listeners().tell(agent.callbacks(), listener -> listener.onSchedules(info, report));
            }
        });
    }

    private synchronized boolean take(AgentSession from, ScheduleReport report) {
        if (session != from) {
            return false; // the connection that took over begins with a report of all
        }
        if (!report.version().equals(followed)) {
            followed = report.version();
            Set<String> wanted = names(followed);
            statuses.values().removeIf(status -> status.pushed() && !wanted.contains(status.name()));
        }
        for (ScheduleStatus status : report.schedules()) {
            if (statuses.size() < MOST_STATUSES || statuses.containsKey(status.name())) {
                statuses.put(status.name(), status);
            } else {
                parts.workers().count("schedules.not_kept");
            }
        }
        if (desired != null && desired.version().equals(report.version())) {
            answered(true, List.of());
        } else if (desired != null && desired.version().equals(report.refusedVersion())) {
            answered(false, report.problems());
        }
        return true;
    }

    /** Of the schedules in a version, if that is known: such as are in the version before just so are not reported again. */
    private Set<String> names(String version) {
        return desired == null || !desired.version().equals(version)
                ? Set.of()
                : desired.schedules().stream().map(Schedule::name).collect(Collectors.toSet());
    }

    /** The agent could make nothing of the message with that id. */
    synchronized void rejected(AgentSession from, long messageId, String detail) {
        if (from == session && messageId == sentAs && messageId != 0) {
            answered(false, List.of(detail));
        }
    }

    private void answered(boolean taken, List<String> problems) {
        Promise promise = answer;
        if (promise != null && desired != null) {
            answer = null;
            ScheduleAnswer said = new ScheduleAnswer(agent.id(), desired.version(), taken, problems);
            promised.remove(promise);
            parts.workers().complete(agent.callbacks(), () -> promise.future.complete(said));
        }
    }

    private void fail(Promise promise, String why) {
        promised.remove(promise);
        parts.workers()
                .complete(agent.callbacks(), () -> promise.future.completeExceptionally(new CenterException(why)));
    }

    /** How the agent's schedules stood when it last said so. */
    synchronized List<ScheduleStatus> statuses() {
        return List.copyOf(statuses.values());
    }

    /** Also of those that the store kept from being sent. Without the lock: what follows is the program's. */
    void centerClosed() {
        promised.forEach(
                promise -> promise.future.completeExceptionally(new CenterException("the control center has closed")));
        promised.clear();
    }
}

package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.metric.Sampler;
import dev.outpost.agent.internal.schedule.ScheduleBook;
import dev.outpost.agent.internal.task.ReportBook;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;

/**
 * Finishes the work of an agent that closes: tasks first, then the telemetry and the reports that come of them. For one walk; control loop
 * only.
 */
final class Draining {

    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(5).toNanos();

    private final TaskEngine tasks;
    private final ScheduleBook schedules;
    private final Sampler sampler;
    private final TelemetryStage telemetry;
    private final LaneSet lanes;
    private final ReportBook reports;
    private final Journal journal;
    private final CenterContact center;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private boolean delivering;

    Draining(
            TaskEngine tasks,
            ScheduleBook schedules,
            Sampler sampler,
            TelemetryStage telemetry,
            LaneSet lanes,
            ReportBook reports,
            Journal journal,
            CenterContact center,
            Timers timers,
            Inbox inbox,
            AgentClock clock) {
        this.tasks = tasks;
        this.schedules = schedules;
        this.sampler = sampler;
        this.telemetry = telemetry;
        this.lanes = lanes;
        this.reports = reports;
        this.journal = journal;
        this.center = center;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
    }

    /**
     * Finishes tasks, then delivers telemetry and reports; {@code done} runs when all that is over. Tasks get half of the
     * time before they are asked to stop; what is not delivered after three quarters of it is written to the spool.
     */
    void begin(Duration time, Runnable done) {
        schedules.close();
        center.reconnectNow();
        tasks.drain(() -> {
            if (!delivering) {
                delivering = true;
                sampler.close();
                telemetry.closeIntake();
                telemetry.flush(() -> inbox.post(() -> lanes.whenSettled(() -> whenReported(done))));
            }
        });
        timers.schedule(clock.nanoTime() + time.toNanos() / 2, () -> tasks.stopAll("the agent is closing"));
        if (lanes.hasSpool()) {
            timers.schedule(clock.nanoTime(), time.multipliedBy(3).dividedBy(4), () -> spillRest(done));
        }
    }

    private void spillRest(Runnable done) {
        telemetry.closeIntake();
        telemetry.flush(() -> inbox.post(() -> {
            lanes.spillAll();
            lanes.whenSafe(all -> whenReported(done));
        }));
    }

    private void whenReported(Runnable done) {
        journal.whenDurable(durable -> {
            if (!center.isReady() || reports.size() == 0) {
                done.run();
            } else {
                timers.schedule(clock.nanoTime() + LOOK_AGAIN_NANOS, () -> whenReported(done));
            }
        });
    }
}

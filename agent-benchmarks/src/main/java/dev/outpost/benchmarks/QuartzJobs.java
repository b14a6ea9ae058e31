package dev.outpost.benchmarks;

import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import java.util.Properties;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** Quartz with jobs in memory and a simple trigger for each; as it comes but for the number of threads. */
final class QuartzJobs implements ScheduledJobs {

    private static final String JOB = "job";
    private static final String TICK = "tick";

    private final Scheduler scheduler;
    private final int jobs;
    private final Phases phases;

    QuartzJobs(int jobs, Phases phases, TickJob job) throws SchedulerException {
        this.jobs = jobs;
        this.phases = phases;
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.setProperty("org.quartz.threadPool.threadCount", Integer.toString(WORKERS));
        properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        scheduler = new StdSchedulerFactory(properties).getScheduler();
        scheduler.getContext().put(TICK, job);
    }

    /** What Quartz makes for each run, by its class. */
    public static final class Tick implements Job {

        @Override
        public void execute(JobExecutionContext context) throws JobExecutionException {
            try {
                Object tick = Objects.requireNonNull(
                        context.getScheduler().getContext().get(TICK));
                ((TickJob) tick).run(context.getMergedJobDataMap().getInt(JOB));
            } catch (SchedulerException e) {
                throw new JobExecutionException(e);
            }
        }
    }

    @Override
    public void start() throws SchedulerException {
        for (int i = 0; i < jobs; i++) {
            scheduler.scheduleJob(
                    JobBuilder.newJob(Tick.class)
                            .withIdentity("job-" + i)
                            .usingJobData(JOB, i)
                            .build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity("job-" + i)
                            .startAt(Date.from(phases.nextOf(i, Instant.now())))
                            .withSchedule(SimpleScheduleBuilder.simpleSchedule()
                                    .withIntervalInMilliseconds(
                                            phases.interval().toMillis())
                                    .repeatForever())
                            .build());
        }
        scheduler.start();
    }

    @Override
    public void close() {
        try {
            scheduler.shutdown();
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }
}

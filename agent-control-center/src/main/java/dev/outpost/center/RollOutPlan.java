package dev.outpost.center;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a roll-out goes from few agents to all, and when it stops. Immutable; made with {@link #canary}:
 *
 * <pre>{@code
 * RollOutPlan.canary(5).percent(10).percent(50).soak(Duration.ofMinutes(10)).mostFailureRate(0.02, 20).build()
 * }</pre>
 *
 * <p>A task that ends as FAILED, TIMED_OUT, CANCELLED, REFUSED or INDETERMINATE is a failure. SUCCEEDED is none, and neither are SKIPPED and
 * EXPIRED: a task that never began says nothing about the work.
 *
 * <p>An agent that is lost holds its stage up until its task ends: {@link dev.outpost.agent.task.TaskRequest#notAfter} in the
 * template, or {@link Builder#stageTimeout}, bound that.
 *
 * @param stages up to how many agents each stage goes; a last one with all agents follows
 * @param soak how long to wait between the last end in a stage and the next stage
 * @param stageTimeout how long a stage may take, soaking not included, or null for any time
 * @param mostFailureRate which part of the tasks that have ended may be failures: 0 to 1
 * @param leastEnded how many must have ended before the rate is looked at: at least 1
 * @param mostFailures how many failures there may be: at least 0
 * @param cancelOnStop whether what is under way is cancelled when the roll-out stops by itself
 */
public record RollOutPlan(
        List<Stage> stages,
        Duration soak,
        @Nullable Duration stageTimeout,
        double mostFailureRate,
        int leastEnded,
        int mostFailures,
        boolean cancelOnStop) {

    /**
     * Copies the stages and checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public RollOutPlan {
        stages = List.copyOf(stages);
        if (soak.isNegative()) {
            throw new IllegalArgumentException("soak is " + soak + "; allowed is zero or more");
        }
        if (stageTimeout != null && (stageTimeout.isNegative() || stageTimeout.isZero())) {
            throw new IllegalArgumentException("stageTimeout is " + stageTimeout + "; allowed is more than zero");
        }
        if (!(mostFailureRate >= 0 && mostFailureRate <= 1)) {
            throw new IllegalArgumentException("mostFailureRate is " + mostFailureRate + "; allowed is 0 to 1");
        }
        if (leastEnded < 1 || mostFailures < 0) {
            throw new IllegalArgumentException("leastEnded is " + leastEnded + " and mostFailures " + mostFailures
                    + "; allowed are 1 and 0, or more");
        }
    }

    /**
     * One stage. Only one of the two values counts.
     *
     * @param agents up to how many agents it goes, or 0 if it goes up to a part of them
     * @param percent up to which part of all agents it goes
     */
    public record Stage(int agents, double percent) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Stage {
            if (agents < 0 || (agents == 0 && !(percent > 0 && percent <= 100))) {
                throw new IllegalArgumentException("a stage of " + agents + " agents or " + percent
                        + " percent; allowed is 1 agent or more, or more than 0 to 100 percent");
            }
        }

        /** Up to how many of {@code all} agents it goes, those of the stages before included; a part is rounded up. */
        public int upTo(int all) {
            return agents > 0 ? Math.min(agents, all) : (int) Math.ceil(all * percent / 100);
        }
    }

    /** Begins with so many agents: 1 or more. Unless a limit is set, the first failure stops the roll-out. */
    public static Builder canary(int agents) {
        return new Builder(new Stage(agents, 0));
    }

    /** Collects the parts of a plan. Not thread-safe. */
    public static final class Builder {

        private final List<Stage> stages = new ArrayList<>();
        private Duration soak = Duration.ZERO;
        private @Nullable Duration stageTimeout;
        private double mostFailureRate = 1;
        private int leastEnded = 1;
        private int mostFailures = Integer.MAX_VALUE;
        private boolean limited;
        private boolean cancelOnStop;

        private Builder(Stage first) {
            stages.add(first);
        }

        /** Adds a stage that goes up to this part of all agents: more than 0, up to 100. One that adds no agent is left out. */
        public Builder percent(double percent) {
            stages.add(new Stage(0, percent));
            return this;
        }

        /** How long to wait between the last end in a stage and the next stage; default zero. */
        public Builder soak(Duration soak) {
            this.soak = soak;
            return this;
        }

        /** How long a stage may take before the roll-out stops, soaking and pauses not included; null, the default, for any time. */
        public Builder stageTimeout(@Nullable Duration timeout) {
            this.stageTimeout = timeout;
            return this;
        }

        /**
         * Stops when more than this part of the tasks that have ended are failures.
         *
         * @param rate 0 to 1
         * @param leastEnded how many must have ended before the rate is looked at, so that one failure among the first few does not
         *     count as a high rate: at least 1
         */
        public Builder mostFailureRate(double rate, int leastEnded) {
            this.mostFailureRate = rate;
            this.leastEnded = leastEnded;
            this.limited = true;
            return this;
        }

        /** Stops when there are more failures than this: 0 or more. */
        public Builder mostFailures(int failures) {
            this.mostFailures = failures;
            this.limited = true;
            return this;
        }

        /** Cancels what is under way when the roll-out stops by itself; by default it goes on. */
        public Builder cancelOnStop() {
            this.cancelOnStop = true;
            return this;
        }

        /**
         * The plan.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public RollOutPlan build() {
            return new RollOutPlan(
                    stages, soak, stageTimeout, mostFailureRate, leastEnded, limited ? mostFailures : 0, cancelOnStop);
        }
    }
}

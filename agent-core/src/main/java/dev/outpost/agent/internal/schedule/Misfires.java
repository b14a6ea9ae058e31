package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.schedule.MisfirePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a misfire policy makes of a backlog.
 *
 * @param toFire the firings that happen, in their order
 * @param missed how many firings could not happen in time
 * @param leftOut how many do not happen at all
 */
record Misfires(List<Instant> toFire, long missed, long leftOut) {

    /** A firing that is later than this is missed; and so is one that the next has caught up with. */
    static final Duration IN_TIME = Duration.ofMinutes(1);

    static Misfires of(MisfirePolicy policy, Backlog backlog, Instant now) {
        List<Instant> due = backlog.newest();
        int inTime = Duration.between(backlog.newestOne(), now).compareTo(IN_TIME) <= 0 ? 1 : 0;
        int most = switch (policy.kind()) {
            case FIRE_ONCE -> 1;
            case SKIP -> inTime;
            case CATCH_UP -> policy.most() + inTime;
        };
        List<Instant> toFire = due.subList(Math.max(0, due.size() - most), due.size());
        return new Misfires(toFire, backlog.count() - inTime, backlog.count() - toFire.size());
    }
}

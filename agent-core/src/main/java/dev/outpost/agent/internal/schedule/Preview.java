package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Guard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** When schedules would fire. Any thread. */
final class Preview {

    private static final int MOST = 1_000;

    private Preview() {}

    /** The next firings of a schedule, without jitter; the plan first, and what follows if nothing delays it. */
    static List<Instant> of(Entry entry, int count, Instant now, Guard guard) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("count is " + count + "; allowed is 1 to " + MOST);
        }
        if (entry.kind == Entry.Kind.EVENT || entry.kind == Entry.Kind.POLL) {
            return List.of();
        }
        Standing standing = entry.standing;
        Instant planned = standing.due();
        if (entry.kind == Entry.Kind.AFTER_END) {
            return planned == null || standing.paused() ? List.of() : List.of(planned);
        }
        List<Instant> firings = new ArrayList<>();
        Optional<Instant> next = planned == null || standing.paused() ? after(entry, now, guard) : Optional.of(planned);
        while (next.isPresent()) {
            firings.add(next.get());
            next = firings.size() == count ? Optional.empty() : after(entry, next.get(), guard);
        }
        return firings;
    }

    private static Optional<Instant> after(Entry entry, Instant instant, Guard guard) {
        return guard.call(
                "trigger",
                () -> entry.ofTrigger(() -> Backlog.after(entry.schedule.trigger(), instant)),
                Optional.empty());
    }
}

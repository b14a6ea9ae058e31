package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.OverlapPolicy;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that have come to their turn, by concurrency key, in the order in which they came. The first of a key may run; one that
 * came later may when its policy allows it, or when it has become the first. Control loop only.
 */
final class Overlaps {

    private final Map<String, Set<Task>> byKey = new HashMap<>();

    enum Decision {
        RUN,
        /** It is blocked until those before it have ended. */
        WAIT,
        /** It is left out. */
        SKIP
    }

    /** A task's turn has come. One from an earlier life of the agent is not left out: its turn may have come then. */
    Decision enter(Task task) {
        String key = task.request.concurrencyKey();
        if (key == null) {
            return Decision.RUN;
        }
        Set<Task> present = byKey.computeIfAbsent(key, k -> new LinkedHashSet<>());
        OverlapPolicy policy = task.request.overlap();
        boolean alone = present.isEmpty();
        if (!alone && policy == OverlapPolicy.SKIP && !task.restored) {
            return Decision.SKIP;
        }
        present.add(task);
        return alone || policy == OverlapPolicy.ALLOW ? Decision.RUN : Decision.WAIT;
    }

    /** The others with the key of a task, oldest first. */
    List<Task> others(Task task) {
        String key = task.request.concurrencyKey();
        return key == null
                ? List.of()
                : byKey.getOrDefault(key, Set.of()).stream()
                        .filter(other -> other != task)
                        .toList();
    }

    /**
     * A task has ended.
     *
     * @return the task that is to be released now, if it is blocked
     */
    Optional<Task> leave(Task task) {
        @Nullable String key = task.request.concurrencyKey();
        Set<Task> present = key == null ? null : byKey.get(key);
        if (key == null || present == null || !present.remove(task)) {
            return Optional.empty();
        }
        if (present.isEmpty()) {
            byKey.remove(key);
            return Optional.empty();
        }
        Task first = present.iterator().next();
        return first.blocked ? Optional.of(first) : Optional.empty();
    }
}

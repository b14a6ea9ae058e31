package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.StreamPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/** A destination that takes every batch of a run once, in order, and forgets nothing. */
final class ModelReceiver {

    /** What a run is called. */
    record Name(UUID stream, long epoch) {
        static Name of(StreamPosition position) {
            return new Name(position.streamId(), position.epoch());
        }
    }

    /**
     * A message under way.
     *
     * @param from the first number that it stands for; one more than the position's when it opens the run
     * @param number of the body, 0 for a gap
     */
    record Message(StreamPosition position, long from, int number) {
        boolean isOpening() {
            return from > position.sequence();
        }
    }

    private final Deque<Message> underWay = new ArrayDeque<>();
    private final Map<Name, Long> watermarks = new LinkedHashMap<>(); // in order, for a seed is to mean one history
    private final Map<Name, List<Long>> marks = new HashMap<>();
    private final Map<Integer, StreamPosition> taken = new HashMap<>();

    void send(Message message) {
        underWay.add(message);
    }

    /** The connection is cut: what was under way never comes. */
    void cut() {
        underWay.clear();
    }

    /** Takes the next message, and gives it back. */
    Optional<Message> take() {
        Message next = underWay.poll();
        if (next == null) {
            return Optional.empty();
        }
        StreamPosition at = next.position();
        Name name = Name.of(at);
        long watermark = watermarks.getOrDefault(name, 0L);
        if (next.isOpening()) {
            watermarks.put(name, Math.max(watermark, at.sequence()));
            return Optional.of(next);
        }
        assertThat(next.from()).as("no hole before %s", next).isLessThanOrEqualTo(watermark + 1);
        if (at.sequence() > watermark) {
            watermarks.put(name, at.sequence());
            marks.computeIfAbsent(name, n -> new ArrayList<>()).add(at.sequence());
            if (next.number() > 0) {
                assertThat(taken.putIfAbsent(next.number(), at))
                        .as("earlier copy of %s", next)
                        .isNull();
            }
        } else if (next.number() > 0 && taken.containsKey(next.number())) {
            assertThat(taken.get(next.number()))
                    .as("one name for ever: %s", next)
                    .isEqualTo(at);
        }
        return Optional.of(next);
    }

    long watermark(StreamPosition run) {
        return watermarks.getOrDefault(Name.of(run), 0L);
    }

    Set<Name> runs() {
        return watermarks.keySet();
    }

    StreamPosition watermark(Name name) {
        return new StreamPosition(name.stream(), name.epoch(), watermarks.getOrDefault(name, 0L));
    }

    /** Any position at which the run has stood here. */
    StreamPosition anyMark(Name name, SplittableRandom random) {
        List<Long> all = marks.getOrDefault(name, List.of(watermarks.getOrDefault(name, 0L)));
        return new StreamPosition(name.stream(), name.epoch(), all.get(random.nextInt(all.size())));
    }

    Set<Integer> taken() {
        return new HashSet<>(taken.keySet());
    }
}

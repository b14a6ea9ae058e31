package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.ScheduleSet;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of schedules over restarts: the pushed set as {@code schedule-set}, in the protocol's own bytes, and where each
 * schedule stands as {@code schedule/<name>}. Control loop only.
 *
 * <pre>
 *   u8 format = 1   u8 flags: 1 paused, 2 has fired   i32 fingerprint of the trigger
 *   i64 s, i32 ns   dealt with up to here             i64 s, i32 ns   fired last; zeros when it has not        (big-endian)
 * </pre>
 */
final class ScheduleJournal {

    private static final String PREFIX = "schedule/";
    private static final String SET = "schedule-set";
    private static final byte FORMAT = 1;
    private static final int PAUSED = 1;
    private static final int FIRED = 2;
    private static final int BYTES = 30;

    private final Journal journal;
    private final ThrottledLog log;
    private final Counters counters;
    private final Map<String, Remembered> schedules = new HashMap<>();
    private @Nullable ScheduleSet set;

    /** Where a schedule stood. */
    record Remembered(
            boolean paused,
            int fingerprint,
            Instant through,
            @Nullable Instant last) {}

    ScheduleJournal(Journal journal, ThrottledLog log, Counters counters) {
        this.journal = journal;
        this.log = log;
        this.counters = counters;
    }

    // ---- out ------------------------------------------------------------------------------------------------------

    /** Remembers where a schedule stands. */
    void put(Entry entry) {
        Standing standing = entry.standing;
        Instant last = standing.last();
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .put(FORMAT)
                .put((byte) ((standing.paused() ? PAUSED : 0) | (last == null ? 0 : FIRED)))
                .putInt(entry.fingerprint);
        putInstant(standing.through(), bytes);
        putInstant(last == null ? Instant.EPOCH : last, bytes);
        journal.put(PREFIX + entry.name(), bytes.array());
    }

    private static void putInstant(Instant instant, ByteBuffer out) {
        out.putLong(instant.getEpochSecond()).putInt(instant.getNano());
    }

    /** Forgets a schedule that is no more. */
    void remove(Entry entry) {
        journal.remove(PREFIX + entry.name());
    }

    /** Remembers the set that is followed. */
    void put(ScheduleSet taken) {
        journal.put(
                SET, MessageCodec.encodeCenter(new Envelope<>(0, 0, 0, taken)).toByteArray());
    }

    // ---- in -------------------------------------------------------------------------------------------------------

    /** Reads what is remembered. What cannot be read is counted, told and left out. */
    void restore(Map<String, byte[]> entries) {
        entries.forEach((key, value) -> {
            try {
                if (key.equals(SET)) {
                    set = readSet(value);
                } else if (key.startsWith(PREFIX)) {
                    schedules.put(key.substring(PREFIX.length()), read(ByteBuffer.wrap(value)));
                }
            } catch (MalformedMessageException | RuntimeException e) { // of whatever kind: the agent starts
                broken("what the journal has as '" + key + "' cannot be read", e);
            }
        });
    }

    /** Something remembered is left out. */
    void broken(String message, @Nullable Throwable cause) {
        counters.counter("schedules.restore.failed").increment();
        log.error("schedule.restore.failed", message, cause);
    }

    private static ScheduleSet readSet(byte[] value) throws MalformedMessageException {
        CenterMessage message =
                MessageCodec.decodeCenter(ByteBuffer.wrap(value)).payload();
        if (message instanceof ScheduleSet found) {
            return found;
        }
        throw new IllegalArgumentException(
                message instanceof InvalidPayload invalid ? invalid.problem() : "it is no set of schedules");
    }

    private static Remembered read(ByteBuffer in) {
        byte format = in.get();
        if (format != FORMAT) {
            throw new IllegalArgumentException("its format is " + format + "; known is " + FORMAT);
        }
        int flags = in.get();
        int fingerprint = in.getInt();
        Instant through = Instant.ofEpochSecond(in.getLong(), in.getInt());
        Instant last = Instant.ofEpochSecond(in.getLong(), in.getInt());
        return new Remembered((flags & PAUSED) != 0, fingerprint, through, (flags & FIRED) == 0 ? null : last);
    }

    /** The set that was followed. */
    Optional<ScheduleSet> set() {
        return Optional.ofNullable(set);
    }

    /** Where a schedule stood; told once. */
    @Nullable Remembered take(String name) {
        return schedules.remove(name);
    }

    /** Forgets what nobody has asked about: schedules that are no more. */
    void removeRest(Predicate<String> isKnown) {
        schedules.keySet().stream().filter(isKnown.negate()).forEach(name -> journal.remove(PREFIX + name));
        schedules.clear();
        set = null;
    }
}

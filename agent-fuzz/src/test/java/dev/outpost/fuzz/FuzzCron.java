package dev.outpost.fuzz;

import dev.outpost.agent.schedule.Trigger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** Cron expressions: refused with a reason, or times that go forward. */
public final class FuzzCron {

    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"), ZoneId.of("America/New_York"), ZoneId.of("Australia/Lord_Howe"), ZoneId.of("Asia/Gaza"));
    private static final long EPOCH_SECONDS = 1_700_000_000L;

    private FuzzCron() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 5) {
            return;
        }
        ZoneId zone = ZONES.get((input[0] & 0xff) % ZONES.size());
        int offset = ByteBuffer.wrap(input, 1, 4).getInt();
        Instant at = Instant.ofEpochSecond(EPOCH_SECONDS + offset);
        Trigger trigger;
        try {
            trigger = Trigger.cron(new String(input, 5, input.length - 5, StandardCharsets.UTF_8), zone);
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a reason", e);
            }
            return;
        }
        for (int i = 0; i < 20; i++) {
            Optional<Instant> next = trigger.next(at);
            if (next.isEmpty()) {
                return;
            }
            if (!next.get().isAfter(at)) {
                throw new AssertionError(trigger + " fires at " + next.get() + " after " + at);
            }
            at = next.get();
        }
    }
}

package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.schedule.AgentClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Requests that were sent to the control center and are not answered. Control loop only. */
public final class Requests {

    private static final int MOST_OPEN = 1_000;
    private static final long MOST_BYTES = 16L << 20;

    private final Timers timers;
    private final AgentClock clock;
    private final Set<Open> open = new LinkedHashSet<>();
    private final Map<Long, Open> byId = new HashMap<>();
    private long bytes;

    Requests(Timers timers, AgentClock clock) {
        this.timers = timers;
        this.clock = clock;
    }

    /**
     * Somebody asks.
     *
     * @param type names the handler
     * @param body with what
     * @param timeout how long they wait
     * @param answer takes the answer, or why there is none, and null for the other; once, on the control loop
     */
    public record Asked(
            String type, Body body, Duration timeout, BiConsumer<@Nullable Body, @Nullable RequestException> answer) {

        void fail(Reason reason, String detail) {
            answer.accept(null, new RequestException(reason, detail));
        }
    }

    private static final class Open {
        private final Asked asked;
        private Timers.@Nullable Timer timer;
        private long id;

        Open(Asked asked) {
            this.asked = asked;
        }
    }

    /** Sends it when the link takes it. */
    void ask(Asked asked, Uplink uplink) {
        ByteBuffer content = asked.body().bytes();
        if (open.size() >= MOST_OPEN || bytes + content.remaining() > MOST_BYTES) {
            asked.fail(Reason.BUSY, open.size() + " requests with " + bytes + " bytes wait for their answers");
            return;
        }
        Open waiting = new Open(asked);
        open.add(waiting);
        bytes += content.remaining();
        waiting.timer = timers.schedule(clock.nanoTime(), asked.timeout(), () -> {
            remove(waiting);
            asked.fail(Reason.TIMED_OUT, "no answer within " + asked.timeout());
        });
        Request request = new Request(asked.type(), asked.body().contentType(), content, asked.timeout(), null);
        uplink.ask(request, () -> open.contains(waiting), id -> {
            waiting.id = id;
            byId.put(id, waiting);
        });
    }

    /** An answer came; false when nobody waits for it (any more). */
    boolean answer(long id, Response response) {
        Open waiting = byId.get(id);
        if (waiting == null) {
            return false;
        }
        remove(waiting);
        if (response.status() == Response.Status.OK) {
            waiting.asked.answer().accept(new Body(response.contentType(), response.body()), null);
        } else {
            waiting.asked.fail(reason(response.status()), response.detail());
        }
        return true;
    }

    /** The other side rejected the message with that id as a whole. */
    boolean rejected(long id, String detail) {
        Open waiting = byId.get(id);
        if (waiting == null) {
            return false;
        }
        remove(waiting);
        waiting.asked.fail(Reason.INVALID, detail);
        return true;
    }

    /** None of them will be answered. */
    void failAll(Reason reason, String detail) {
        List<Open> all = new ArrayList<>(open);
        all.forEach(this::remove);
        all.forEach(waiting -> waiting.asked.fail(waiting.id == 0 ? Reason.UNAVAILABLE : reason, detail));
    }

    private void remove(Open waiting) {
        if (open.remove(waiting)) {
            bytes -= waiting.asked.body().bytes().remaining();
            byId.remove(waiting.id, waiting);
            timers.cancel(waiting.timer);
        }
    }

    private static Reason reason(Response.Status status) {
        return switch (status) {
            case UNIMPLEMENTED -> Reason.UNIMPLEMENTED;
            case BUSY -> Reason.BUSY;
            case EXPIRED -> Reason.EXPIRED;
            case INVALID -> Reason.INVALID;
            case OK, FAILED, UNSPECIFIED -> Reason.FAILED;
        };
    }
}

package dev.outpost.agent.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestDeskTest {

    private final ManualClock clock = new ManualClock();
    private final Counters counters = new Counters();
    private final BlockingQueue<Response> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(2);
    private final RequestDesk desk = new RequestDesk(
            Map.<String, RequestHandler>of(
                    "echo", request -> request.body(),
                    "invalid",
                            request -> {
                                throw new RequestException(RequestException.Reason.INVALID, "no such disk");
                            },
                    "broken",
                            request -> {
                                throw new StackOverflowError("secret");
                            },
                    "nothing", request -> null,
                    "huge", request -> Body.of(new byte[Body.MAX_BYTES + 1]),
                    "wait",
                            request -> {
                                begun.countDown();
                                release.await();
                                return Body.empty();
                            }),
            clock,
            new Guard(counters, new ThrottledLog(clock)),
            counters);

    @AfterEach
    void close() throws InterruptedException {
        release.countDown();
        desk.close();
        assertThat(desk.awaitEnd(TimeUnit.SECONDS.toNanos(20))).isTrue();
    }

    private void take(String type, Duration timeout) {
        desk.take(new Request(type, "text/plain", Body.text("hello").bytes(), timeout, null), answers::add);
    }

    private Response answerOf(String type) throws InterruptedException {
        take(type, Duration.ofSeconds(5));
        return answers.take();
    }

    @Test
    void take_handled_answersWithTheBody() throws InterruptedException {
        Response answer = answerOf("echo");

        assertThat(answer.status()).isEqualTo(Response.Status.OK);
        assertThat(answer.body()).isEqualTo(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.contentType()).isEqualTo("text/plain");
    }

    @Test
    void take_nobodyHandlesIt_saysSo() throws InterruptedException {
        assertThat(answerOf("other")).isEqualTo(Response.of(Response.Status.UNIMPLEMENTED, "no handler for 'other'"));
    }

    @Test
    void take_handlerFails_tellsWhatItMeantToTellAndNoMore() throws InterruptedException {
        assertThat(answerOf("invalid")).isEqualTo(Response.of(Response.Status.INVALID, "no such disk"));
        assertThat(answerOf("broken"))
                .isEqualTo(Response.of(Response.Status.FAILED, "the handler ended with java.lang.StackOverflowError"));
        assertThat(answerOf("nothing").status()).isEqualTo(Response.Status.FAILED);
        assertThat(counters.value("user.failures{request handler broken}")).isEqualTo(1);
    }

    @Test
    void take_answerIsTooLarge_saysHowMuchIsAllowed() throws InterruptedException {
        Response answer = answerOf("huge");

        assertThat(answer.status()).isEqualTo(Response.Status.FAILED);
        assertThat(answer.detail()).contains("1048577").contains("1048576");
    }

    @Test
    void take_moreThanCanWait_isBusyAndWhatWaitedTooLongExpires() throws InterruptedException {
        take("wait", Duration.ZERO);
        take("wait", Duration.ZERO);
        begun.await();
        for (int i = 0; i < 64; i++) {
            take("echo", i < 60 ? Duration.ofSeconds(5) : Duration.ZERO);
        }
        take("echo", Duration.ofSeconds(5));
        assertThat(answers.take().status()).isEqualTo(Response.Status.BUSY);

        clock.advance(Duration.ofSeconds(5));
        release.countDown();

        int expired = 0;
        for (int i = 0; i < 66; i++) {
            expired += answers.take().status() == Response.Status.EXPIRED ? 1 : 0;
        }
        assertThat(expired).isEqualTo(60);
        assertThat(counters.value("requests.in{expired}")).isEqualTo(60);
    }

    @Test
    void close_handlerIsAtWork_isInterruptedAndLaterOnesAreRefused() throws InterruptedException {
        take("wait", Duration.ZERO);
        take("wait", Duration.ZERO);
        begun.await();

        desk.close();
        take("echo", Duration.ZERO);

        assertThat(Stream.of(answers.take(), answers.take(), answers.take()).map(Response::status))
                .containsExactlyInAnyOrder(Response.Status.BUSY, Response.Status.FAILED, Response.Status.FAILED);
    }
}

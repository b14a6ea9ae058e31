package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatusMappingTest {

    /** What gRPC 1.85 says, as measured. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UNAVAILABLE | Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR, debug data: max_age | LOST",
                "UNAVAILABLE | Keepalive failed. The connection is likely gone | LOST",
                "UNAVAILABLE | Network closed for unknown reason | LOST",
                "UNAVAILABLE | HTTP status code 503. invalid content-type: text/html | UNREACHABLE",
                "UNAVAILABLE | HTTP status code 429 | UNREACHABLE",
                "UNAVAILABLE | Unable to resolve host center.example | UNREACHABLE",
                "CANCELLED | RST_STREAM closed stream. HTTP/2 error code: CANCEL | LOST",
                "RESOURCE_EXHAUSTED | Bandwidth exhausted, debug data: too_many_pings | BUSY",
                "RESOURCE_EXHAUSTED | gRPC message exceeds maximum size 65536: 65537 | PROTOCOL",
                "UNKNOWN | HTTP status code 200. invalid content-type: text/html | PROTOCOL",
                "UNKNOWN | Application error processing RPC | LOST",
                "INTERNAL | http2 exception | PROTOCOL",
                "DEADLINE_EXCEEDED | late | LOST"
            })
    void toReason_wordsOfGrpc_areToldApartAndTriedAgain(Status.Code code, String words, Fault fault) {
        CloseReason reason = StatusMapping.toReason(code.toStatus().withDescription(words), new Metadata());
        assertThat(reason.fault()).isEqualTo(fault);
        assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        assertThat(reason.detail()).contains(words);
    }

    @ParameterizedTest
    @CsvSource({
        "UNAUTHENTICATED,UNAUTHENTICATED",
        "PERMISSION_DENIED,PERMISSION_DENIED",
        "UNIMPLEMENTED,PROTOCOL",
        "FAILED_PRECONDITION,PROTOCOL",
        "INVALID_ARGUMENT,PROTOCOL"
    })
    void toReason_refusal_isTriedRarely(Status.Code code, Fault fault) {
        CloseReason reason = StatusMapping.toReason(code.toStatus().withDescription("no"), null);
        assertThat(reason.fault()).isEqualTo(fault);
        assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), Fault.UNREACHABLE),
                Arguments.of(new NoRouteToHostException("no route"), Fault.UNREACHABLE),
                Arguments.of(new IOException("wrapped", new UnknownHostException("center")), Fault.UNREACHABLE),
                Arguments.of(new IOException("Connection reset by peer"), Fault.LOST));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void toReason_errorOfTheNetwork_isToldByItsCause(Exception cause, Fault fault) {
        Status status = Status.UNAVAILABLE.withDescription("io exception").withCause(cause);
        assertThat(StatusMapping.toReason(status, null).fault()).isEqualTo(fault);
    }

    @Test
    void toReason_tls_isTriedRarelyUnlessItWasCutOff() {
        Status untrusted = Status.UNAVAILABLE.withCause(new SSLException("Received fatal alert: unknown_ca"));
        assertThat(StatusMapping.toReason(untrusted, null).next()).isEqualTo(Next.RETRY_RARELY);
        Status cut = Status.UNAVAILABLE.withCause(
                new SSLException("Connection closed while SSL/TLS handshake was in progress"));
        assertThat(StatusMapping.toReason(cut, null).next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "1500,PT1.5S",
                "0,PT0S",
                "9999999999,PT24H",
                "-5,none",
                "1e3,none",
                "99999999999999999999,none",
                "'',none"
            })
    void toReason_pushback_isTakenIfItMakesSense(String millis, Duration expected) {
        Metadata trailers = new Metadata();
        trailers.put(StatusMapping.RETRY_AFTER, millis);
        assertThat(StatusMapping.toReason(Status.RESOURCE_EXHAUSTED, trailers).retryAfter())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Next.class)
    void toStatus_andBack_meansTheSameToTheAgent(Next next) {
        CloseReason reason = new CloseReason(next, "because", Duration.ofMillis(77), null);
        CloseReason heard = StatusMapping.toReason(StatusMapping.toStatus(reason), StatusMapping.trailers(reason));
        // That the center stops is no reason for the agent to do so.
        assertThat(heard.next()).isEqualTo(next == Next.STOP ? Next.RETRY_WITH_BACKOFF : next);
        if (heard.next() == Next.RETRY_WITH_BACKOFF) {
            assertThat(heard.retryAfter()).isEqualTo(Duration.ofMillis(77));
        }
    }

    @Test
    void toReason_causesThatGoRound_ends() {
        IOException first = new IOException("first");
        first.initCause(new IOException("second", first));
        assertThat(StatusMapping.toReason(Status.UNAVAILABLE.withCause(first), null)
                        .fault())
                .isEqualTo(Fault.LOST);
    }
}

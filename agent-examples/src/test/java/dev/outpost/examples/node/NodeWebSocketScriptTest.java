package dev.outpost.examples.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The WebSocket form of the protocol, message by message as it goes over the wire, against the control center in Node. */
@Timeout(60)
class NodeWebSocketScriptTest {

    private static final String STREAM = "AAECAwQFBgcICQoLDA0ODw==";
    private static final String POSITION = "{'streamId':'" + STREAM + "','epoch':'3'%s}";

    @TempDir
    private Path directory;

    private NodeCenter center;

    @BeforeEach
    void start() throws Exception {
        center = NodeCenter.start("websocket-center.mjs", directory);
    }

    @AfterEach
    void stop() {
        if (center != null) {
            center.close();
        }
    }

    @Test
    void hello_isAnsweredWithAWelcomeAndTheTask() throws Exception {
        try (Talk talk = connect()) {
            talk.say("1", "hello", "{'protocolVersion':1,'agentId':'a','instanceId':'i','taskTypes':['greet']}");

            Map<String, Object> welcome = talk.hear();
            assertThat(welcome)
                    .containsEntry("id", "1")
                    .containsEntry("inReplyTo", "1")
                    .containsEntry("type", "welcome")
                    .containsKey("timestamp");
            Map<String, Object> dispatch = talk.hear();
            assertThat(dispatch)
                    .containsEntry("id", "2")
                    .containsEntry("type", "taskDispatch")
                    .doesNotContainKey("inReplyTo");
            assertThat(payload(dispatch)).containsEntry("type", "greet");
        }
    }

    @Test
    void batches_areTakenOnceAndAcknowledged_alsoByTheNextLife() throws Exception {
        try (Talk talk = connect()) {
            talk.join("");
            talk.say("2", "streamOpen", "{'position':" + at(0) + "}");
            assertThat(through(talk.hear())).containsEntry("sequence", "0");
            talk.sayBatch("3", 1, "one");
            assertThat(through(talk.hear())).containsEntry("sequence", "1").containsEntry("streamId", STREAM);
            talk.sayBatch("4", 1, "one");
            assertThat(through(talk.hear())).containsEntry("sequence", "1");
        }
        center.kill();
        center.startAnew();
        try (Talk talk = connect()) {
            Map<String, Object> welcome = talk.join(at(0));
            assertThat(((List<?>) payload(welcome).get("streams")).get(0))
                    .isEqualTo(Map.of("streamId", STREAM, "epoch", "3", "sequence", "1"));
            talk.sayBatch("2", 2, "two");
            assertThat(through(talk.hear())).containsEntry("sequence", "2");
            talk.say("3", "gap", "{'through':" + at(5) + ",'fromSequence':'3','recordCount':'7','reason':'quota'}");
            assertThat(through(talk.hear())).containsEntry("sequence", "5");
        }
        assertThat(center.events("batch").stream().map(batch -> batch.get("records")))
                .containsExactly(List.of("one"), List.of("two"));
        assertThat(center.events("gap"))
                .singleElement()
                .satisfies(gap -> assertThat(gap).containsEntry("recordCount", "7"));
    }

    @Test
    void heartbeatsPingsReportsAndStrangers_areAnswered() throws Exception {
        try (Talk talk = connect()) {
            talk.join("");
            talk.say("2", "heartbeat", "{'condition':'HEALTHY'}");
            assertThat(talk.hear()).containsEntry("type", "heartbeatAck").containsEntry("inReplyTo", "2");
            talk.say("3", "ping", "{}");
            assertThat(talk.hear()).containsEntry("type", "pong").containsEntry("inReplyTo", "3");
            talk.say("4", "taskReport", "{'taskId':'node-task-1','revision':'4','state':'SUCCEEDED','attempt':1}");
            assertThat(payload(talk.hear()))
                    .containsEntry("taskId", "node-task-1")
                    .containsEntry("revision", "4");
            talk.say("5", "taskReport", "{'taskId':'node-task-1','revision':'2','state':'RUNNING','attempt':1}");
            assertThat(payload(talk.hear())).as("an older one").containsEntry("revision", "4");
            talk.say("6", "fromTheFuture", "{}");
            assertThat(payload(talk.hear())).containsEntry("code", "UNIMPLEMENTED");
        }
        assertThat(center.events("taskReport")).hasSize(1);
    }

    @Test
    void batch_ofAnEpochThatIsNotOpen_endsTheConnection() throws Exception {
        try (Talk talk = connect()) {
            talk.join("");
            talk.sayBatch("2", 1, "one");
            assertThat(talk.hear()).containsEntry("closed", "1002");
        }
    }

    @Test
    void connection_withoutTheSubProtocol_isRefused() {
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(uri(), new WebSocket.Listener() {})
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }

    private static String at(long sequence) {
        return POSITION.formatted(sequence == 0 ? "" : ",'sequence':'" + sequence + "'");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> payload(Map<String, Object> message) {
        return (Map<String, Object>) message.get("payload");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> through(Map<String, Object> message) {
        assertThat(message).containsEntry("type", "batchAck");
        return (Map<String, Object>) payload(message).get("through");
    }

    private URI uri() {
        return URI.create("ws://127.0.0.1:" + center.port() + "/");
    }

    private Talk connect() {
        Talk talk = new Talk();
        talk.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("outpost.v1.json")
                .buildAsync(uri(), talk)
                .join();
        assertThat(talk.socket.getSubprotocol()).isEqualTo("outpost.v1.json");
        return talk;
    }

    /** One connection, as an agent makes it. JSON is written with single quotes. */
    private static final class Talk implements WebSocket.Listener, AutoCloseable {

        private final LinkedBlockingQueue<Map<String, Object>> heard = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();
        private WebSocket socket;

        /** Says hello, and hears the welcome and the task. */
        Map<String, Object> join(String positions) throws Exception {
            say("1", "hello", "{'protocolVersion':1,'agentId':'a','instanceId':'i','streams':[" + positions + "]}");
            Map<String, Object> welcome = hear();
            assertThat(hear()).containsEntry("type", "taskDispatch");
            return welcome;
        }

        void say(String id, String type, String payload) {
            socket.sendText(envelope(id, type, payload), true).join();
        }

        /** One log record with that text. */
        void sayBatch(String id, long sequence, String text) {
            byte[] head = envelope(id, "batch", "{'position':" + at(sequence) + ",'signal':'LOGS','recordCount':1}")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int length = bytes.length; // ScopeLogs{log_records{body{string_value}}}, lengths below 128
            ByteBuffer all = ByteBuffer.allocate(4 + head.length + 6 + length);
            all.putInt(head.length).put(head);
            all.put((byte) 0x12).put((byte) (length + 4));
            all.put((byte) 0x2a).put((byte) (length + 2));
            all.put((byte) 0x0a).put((byte) length);
            socket.sendBinary(all.put(bytes).flip(), true).join();
        }

        private static String envelope(String id, String type, String payload) {
            return ("{'id':'" + id + "','type':'" + type + "','payload':" + payload
                            + ",'timestamp':'2026-11-22T18:00:00.123456789Z'}")
                    .replace('\'', '"');
        }

        Map<String, Object> hear() throws InterruptedException {
            Map<String, Object> next = heard.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("an answer within half a minute").isNotNull();
            return next;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                try {
                    heard.add(JsonLine.parse(message.toString()));
                } catch (IOException e) {
                    heard.add(Map.of("unreadable", message.toString()));
                }
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
            heard.add(Map.of("closed", Integer.toString(statusCode)));
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}

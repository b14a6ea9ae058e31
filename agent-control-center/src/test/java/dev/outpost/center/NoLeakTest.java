package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.testkit.InMemoryNetwork;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many agents after one another in one JVM: what one takes, it gives back. */
@Timeout(60)
class NoLeakTest {

    private static final int WARM_UP = 20;
    private static final long HEAP_SLACK_BYTES = 3L << 20;
    private static final int PARTS = 5;

    @Test
    void agents_startedAndClosed_inMemory_leaveNothingBehind() throws Exception {
        try (InMemoryNetwork network = new InMemoryNetwork()) {
            leaveNothingBehind(200, network.newServer(), network::newTransport);
            assertThat(network.linkCount()).isZero();
        }
    }

    @Test
    void agents_startedAndClosed_overGrpc_leaveNothingBehind() throws Exception {
        GrpcTransportServer server = GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .plaintext()
                .build();
        leaveNothingBehind(
                50,
                server,
                () -> GrpcTransport.to("127.0.0.1:" + server.port()).plaintext().build());
    }

    private static void leaveNothingBehind(int rounds, TransportServer server, Supplier<Transport> transports)
            throws Exception {
        try (ControlCenter center = ControlCenter.builder().endpoint(server).build()) {
            center.start();
            liveOften(WARM_UP, center, transports);
            long heap = heapInUse();
            long fewestClasses = Long.MAX_VALUE; // a path taken for the first time loads some, but not for ever
            for (int part = 0; part < PARTS; part++) {
                long classes = loadedClasses();
                liveOften(rounds / PARTS, center, transports);
                fewestClasses = Math.min(fewestClasses, loadedClasses() - classes);
            }
            assertThat(fewestClasses)
                    .as("classes loaded by %d agents", rounds / PARTS)
                    .isLessThanOrEqualTo(0);
            assertThat(heapInUse() - heap)
                    .as("bytes of heap taken in %d rounds", rounds)
                    .isLessThan(HEAP_SLACK_BYTES);
        }
    }

    private static void liveOften(int rounds, ControlCenter center, Supplier<Transport> transports) throws Exception {
        for (int i = 0; i < rounds; i++) {
            live(center, transports.get());
        }
        Await.until("no thread of an agent is left", () -> agentThreads().isEmpty());
    }

    /** An agent's whole life: it connects, sends, works and goes. */
    private static void live(ControlCenter center, Transport transport) throws Exception {
        Agent agent = Agent.builder()
                .id("a-1")
                .transport(transport)
                .metrics(recorder -> {}, Duration.ofMillis(100))
                .task("quick", (task, context) -> TaskResult.succeeded())
                .batchInterval(Duration.ofMillis(10))
                .build();
        agent.start();
        Await.until("online", () -> center.agent("a-1").isPresent());
        agent.logs().publish(Severity.INFO, "record");
        center.dispatch("a-1", TaskRequest.of("quick").build()).outcome().get(20, TimeUnit.SECONDS);
        agent.close();
        assertThat(agent.state()).isEqualTo(AgentState.CLOSED);
        assertThat(agent.snapshot().lane("logs").delivered()).isEqualTo(1);
    }

    private static Set<String> agentThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("outpost-") && !name.startsWith("outpost-center-"))
                .collect(Collectors.toSet());
    }

    private static long heapInUse() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** By reflection: the module that these tests are compiled into does not read {@code java.management}. */
    private static long loadedClasses() throws ReflectiveOperationException {
        Object bean = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getClassLoadingMXBean")
                .invoke(null);
        return (int) Class.forName("java.lang.management.ClassLoadingMXBean")
                .getMethod("getLoadedClassCount")
                .invoke(bean);
    }
}

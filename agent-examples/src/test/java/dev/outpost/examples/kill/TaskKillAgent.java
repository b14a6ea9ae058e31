package dev.outpost.examples.kill;

import dev.outpost.agent.Agent;
import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One life of an agent process with a journal, to be killed: its tasks leave a file per attempt. It closes when told to on its
 * standard input, and dies when that ends.
 */
final class TaskKillAgent {

    private static final int PARENT_GONE = 3;

    private final Path effects;

    private TaskKillAgent(Path effects) {
        this.effects = effects;
    }

    /** Arguments: agent id, port, journal, directory of the effects. */
    public static void main(String[] args) throws Exception {
        TaskKillAgent killed = new TaskKillAgent(Path.of(args[3]));
        Agent agent = Agent.builder()
                .id(args[0])
                .transport(GrpcTransport.to("127.0.0.1:" + args[1]).plaintext().build())
                .backoff(new Backoff(Duration.ofMillis(50), Duration.ofMillis(400)))
                .connectTimeout(Duration.ofSeconds(2))
                .journal(Path.of(args[2]))
                .task("effect", killed::handle)
                .taskWorkers(4)
                .taskQueueCapacity(10_000)
                .shutdownTimeout(Duration.ofSeconds(4))
                .build();
        agent.start();
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(PARENT_GONE);
        }
        agent.close();
        System.exit(0);
    }

    private TaskResult handle(TaskRequest task, TaskContext context) throws IOException {
        Path effect = effects.resolve(task.id() + "#" + context.attempt());
        try {
            Files.write(effect, new byte[0], StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            Files.write(effects.resolve(task.id() + "#" + context.attempt() + ".doubled"), new byte[0]);
        }
        LockSupport.parkNanos(
                TimeUnit.MILLISECONDS.toNanos(Long.parseLong(task.arguments().get("millis"))));
        return context.cancelled() ? TaskResult.failed("stopped") : TaskResult.succeeded();
    }
}

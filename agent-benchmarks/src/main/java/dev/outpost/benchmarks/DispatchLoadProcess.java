package dev.outpost.benchmarks;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A control center that keeps many trivial tasks under way at one agent: each that ends is followed by another. */
final class DispatchLoadProcess {

    private final ControlCenter center;
    private final CallLoad load = new CallLoad();

    private DispatchLoadProcess(ControlCenter center) {
        this.center = center;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        CompletableFuture<AgentInfo> connected = new CompletableFuture<>();
        ControlCenter center = ControlCenter.builder()
                .endpoint(Link.of(arguments).endpoint())
                .listener(new CenterListener() {
                    @Override
                    public void onConnected(AgentInfo agent) {
                        connected.complete(agent);
                    }
                })
                .build();
        try (center) {
            center.start();
            Parent.tell("port", center.port());
            connected.get(1, TimeUnit.MINUTES);
            DispatchLoadProcess dispatches = new DispatchLoadProcess(center);
            for (int i = 0; i < CallLoad.IN_FLIGHT; i++) {
                dispatches.next();
            }
            dispatches.load.measure();
        }
    }

    private void next() {
        TaskRequest request = TaskRequest.of("echo").argument("x", "1").build();
        long start = System.nanoTime();
        var unused = center.dispatch(Link.AGENT, request)
                .outcome()
                .whenComplete((status, failure) -> ended(System.nanoTime() - start, status, failure));
    }

    private void ended(long nanos, @Nullable TaskStatus status, @Nullable Throwable failure) {
        if (load.over()) {
            return;
        }
        if (status == null || status.state() != TaskState.SUCCEEDED) {
            System.err.println("ended as " + status + ", " + failure);
            Runtime.getRuntime().halt(1);
        }
        load.ended(nanos);
        next();
    }
}

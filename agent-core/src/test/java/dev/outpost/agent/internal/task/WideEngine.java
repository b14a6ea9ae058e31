package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskRequest;
import java.util.List;
import java.util.SplittableRandom;

/** An {@link EngineBench} on which as many tasks run as there are, and a look at what they were asked to do. */
public final class WideEngine {

    private WideEngine() {}

    /** A bench with many slots. */
    public static EngineBench bench() {
        return new EngineBench(1_000_000, new SplittableRandom(1));
    }

    /** The requests of which an attempt began, in order. */
    public static List<TaskRequest> begun(EngineBench bench) {
        return bench.executor.all.stream().map(run -> run.attempt.task()).toList();
    }

    /** How many attempts run. */
    public static int running(EngineBench bench) {
        return bench.executor.running.size();
    }

    /** Lets all attempts end, and those that begin then. */
    public static void finishAll(EngineBench bench) {
        while (!bench.executor.running.isEmpty()) {
            bench.finishOne();
        }
    }

    /** As {@link #finishAll}, and forgets them. */
    public static void forgetAll(EngineBench bench) {
        finishAll(bench);
        bench.executor.all.clear();
    }
}

package dev.outpost.examples.demo;

import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.util.LinkedHashMap;
import java.util.Map;
import oshi.SystemInfo;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/** Task {@code processes.top}: the {@code count} processes with the largest resident memory. */
final class TopProcessesTask implements TaskHandler {

    static final String TYPE = "processes.top";

    @Override
    public TaskResult handle(TaskRequest task, TaskContext context) {
        int count = Integer.parseInt(task.arguments().getOrDefault("count", "3"));
        OperatingSystem system = new SystemInfo().getOperatingSystem();
        Map<String, String> top = new LinkedHashMap<>();
        for (OSProcess process :
                system.getProcesses(null, OperatingSystem.ProcessSorting.RSS_DESC, Math.max(1, count))) {
            long mebibytes = process.getResidentMemory() >> 20;
            top.put("pid " + process.getProcessID(), process.getName() + " " + mebibytes + " MiB");
        }
        return TaskResult.succeeded(top);
    }
}

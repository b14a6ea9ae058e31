package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskRequest;
import java.util.Map;

/** What a request takes in memory: the characters of its arguments, for everything else of it is bounded and small. */
final class RequestSize {

    private RequestSize() {}

    static long chars(TaskRequest request) {
        long chars = 0;
        for (Map.Entry<String, String> argument : request.arguments().entrySet()) {
            chars += argument.getKey().length() + argument.getValue().length();
        }
        return chars;
    }
}

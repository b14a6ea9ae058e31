package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps what handlers say within what a report may carry: 64 KiB of output, 4,000 characters of words. */
final class ResultLimit {

    private static final int MOST_OUTPUT_CHARS = 64 * 1024;
    private static final int MOST_DETAIL_CHARS = 4_000;
    private static final String TRUNCATED = "outpost.truncated_chars";

    private ResultLimit() {}

    /** About how much memory a report takes. */
    static long chars(TaskStatus status) {
        return status.detail().length()
                + status.output().entrySet().stream()
                        .mapToLong(entry -> (long) entry.getKey().length()
                                + entry.getValue().length())
                        .sum();
    }

    static String cut(String detail) {
        return detail.length() <= MOST_DETAIL_CHARS
                ? detail
                : detail.substring(0, MOST_DETAIL_CHARS) + "… (" + (detail.length() - MOST_DETAIL_CHARS) + " more)";
    }

    /** Values are cut, and entries left out, beyond the limit; how much is said under {@code outpost.truncated_chars}. */
    static Map<String, String> cut(Map<String, String> output) {
        long all = output.entrySet().stream()
                .mapToLong(entry -> entry.getKey().length() + entry.getValue().length())
                .sum();
        if (all <= MOST_OUTPUT_CHARS) {
            return output;
        }
        Map<String, String> kept = new LinkedHashMap<>();
        int room = MOST_OUTPUT_CHARS;
        for (Map.Entry<String, String> entry : output.entrySet()) {
            int keyLength = entry.getKey().length();
            if (keyLength >= room) {
                continue;
            }
            String value = entry.getValue();
            String part = value.substring(0, Math.min(value.length(), room - keyLength));
            kept.put(entry.getKey(), part);
            room -= keyLength + part.length();
        }
        kept.put(TRUNCATED, Long.toString(all - (MOST_OUTPUT_CHARS - room)));
        return kept;
    }
}

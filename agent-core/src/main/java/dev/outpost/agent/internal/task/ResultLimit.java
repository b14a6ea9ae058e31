package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps what handlers say within what a report may carry. Of a text that is too long the beginning and, to a quarter, the end are
 * kept, for both tend to say what went wrong.
 */
final class ResultLimit {

    private static final int MOST_DETAIL_CHARS = 4_000;
    private static final int TAIL_SHARE = 4;
    private static final int SHORTEST_VALUE = 64;
    private static final String TRUNCATED = "outpost.truncated_chars";

    private ResultLimit() {}

    /** About how much memory a report takes. */
    static long chars(TaskStatus status) {
        return status.detail().length() + chars(status.output());
    }

    private static long chars(Map<String, String> output) {
        long chars = 0;
        for (Map.Entry<String, String> entry : output.entrySet()) {
            chars += (long) entry.getKey().length() + entry.getValue().length();
        }
        return chars;
    }

    /** The same result, with no more than so many characters of output; runs where the handler ran. */
    static TaskResult cut(TaskResult result, int mostChars) {
        if (result instanceof TaskResult.Succeeded succeeded && chars(succeeded.output()) > mostChars) {
            return TaskResult.succeeded(cut(succeeded.output(), mostChars));
        } else if (result instanceof TaskResult.Failed failed) {
            return new TaskResult.Failed(cut(failed.reason()), failed.retryable());
        } else if (result instanceof TaskResult.RetryAfter later) {
            return new TaskResult.RetryAfter(later.delay(), cut(later.reason()));
        }
        return result;
    }

    /** Words for people. */
    static String cut(String detail) {
        return cut(detail, MOST_DETAIL_CHARS);
    }

    /** Values are cut, and entries left out, beyond the limit; how much is said under {@code outpost.truncated_chars}. */
    private static Map<String, String> cut(Map<String, String> output, int mostChars) {
        Map<String, String> kept = new LinkedHashMap<>();
        long room = mostChars;
        for (Map.Entry<String, String> entry : output.entrySet()) {
            long roomForValue = room - entry.getKey().length();
            boolean fits = roomForValue >= Math.min(entry.getValue().length(), SHORTEST_VALUE);
            if (fits) {
                String part = cut(entry.getValue(), (int) Math.min(roomForValue, Integer.MAX_VALUE));
                kept.put(entry.getKey(), part);
                room -= entry.getKey().length() + (long) part.length();
            }
        }
        kept.put(TRUNCATED, Long.toString(chars(output) - (mostChars - room)));
        return kept;
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        String mark = "… (" + (text.length() - most) + " or more left out) …";
        if (mark.length() >= most) {
            return head(text, most);
        }
        int tail = (most - mark.length()) / TAIL_SHARE;
        int from = text.length() - tail;
        boolean splits = tail > 0 && Character.isLowSurrogate(text.charAt(from));
        return head(text, most - mark.length() - tail) + mark + text.substring(splits ? from + 1 : from);
    }

    /** The beginning, without half of a pair at its end. */
    private static String head(String text, int most) {
        boolean splits = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
        return text.substring(0, splits ? most - 1 : most);
    }
}

package dev.outpost.agent.internal.schedule;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that has happened in the host.
 *
 * @param type what kind of thing
 * @param attributes what else there is to know
 */
record Event(String type, Map<String, String> attributes) {

    private static final int MOST_TYPE_CHARS = 128;
    private static final int MOST_ATTRIBUTES = 64;
    private static final int MOST_CHARS = 8_192;

    /**
     * Copies the attributes and checks all.
     *
     * @throws IllegalArgumentException if something is out of range
     */
    Event {
        attributes = Map.copyOf(attributes);
        if (type.isEmpty() || type.length() > MOST_TYPE_CHARS) {
            throw new IllegalArgumentException(
                    "the event's type has " + type.length() + " characters; allowed are 1 to " + MOST_TYPE_CHARS);
        }
        if (attributes.size() > MOST_ATTRIBUTES) {
            throw new IllegalArgumentException(
                    "the event has " + attributes.size() + " attributes; allowed are " + MOST_ATTRIBUTES);
        }
        long chars = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            chars += attribute.getKey().length() + attribute.getValue().length();
        }
        if (chars > MOST_CHARS) {
            throw new IllegalArgumentException(
                    "the event's attributes have " + chars + " characters; allowed are " + MOST_CHARS);
        }
    }

    /** What the task that it leads to is told. */
    Map<String, String> arguments() {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("event.type", type);
        attributes.forEach((name, value) -> arguments.put("event." + name, value));
        return arguments;
    }
}

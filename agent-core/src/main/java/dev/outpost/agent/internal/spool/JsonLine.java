package dev.outpost.agent.internal.spool;

import java.util.Locale;

/** Builds one JSON object on one line (RFC 8259), of ASCII characters only. */
final class JsonLine {

    private final StringBuilder out = new StringBuilder("{");
    private boolean first = true;

    /** Begins an object as a member; its members follow up to {@link #end}. */
    JsonLine begin(String name) {
        key(name).append('{');
        first = true;
        return this;
    }

    /** Ends the object that was begun last. */
    JsonLine end() {
        out.append('}');
        first = false;
        return this;
    }

    JsonLine put(String name, String value) {
        key(name);
        string(value);
        return this;
    }

    JsonLine put(String name, long value) {
        key(name).append(value);
        return this;
    }

    JsonLine put(String name, boolean value) {
        key(name).append(value);
        return this;
    }

    /** JSON has no words for what is not a finite number: that becomes a string. */
    JsonLine put(String name, double value) {
        if (Double.isFinite(value)) {
            key(name).append(value);
            return this;
        }
        return put(name, Double.toString(value));
    }

    /** A value of an attribute. */
    JsonLine putAny(String name, Object value) {
        if (value instanceof Long number) {
            return put(name, number.longValue());
        }
        if (value instanceof Double number) {
            return put(name, number.doubleValue());
        }
        if (value instanceof Boolean truth) {
            return put(name, truth.booleanValue());
        }
        return put(name, value.toString());
    }

    private StringBuilder key(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        string(name);
        return out.append(':');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c > '~') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** The whole line, without its end. */
    @Override
    public String toString() {
        return out + "}";
    }
}

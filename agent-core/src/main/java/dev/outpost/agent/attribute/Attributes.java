package dev.outpost.agent.attribute;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list of attributes with unique keys, in the order in which they were first put.
 *
 * <p>Values are {@link String}, {@link Long}, {@link Double} or {@link Boolean}, as in the OpenTelemetry attribute model.
 * Build once and reuse: an instance that is shared by many records or metric points costs nothing per use. Thread-safe.
 */
public final class Attributes {

    private static final Attributes EMPTY = new Attributes(new String[0], new Object[0]);

    private final String[] keys;
    private final Object[] values;

    private Attributes(String[] keys, Object[] values) {
        this.keys = keys;
        this.values = values;
    }

    /** No attributes. */
    public static Attributes empty() {
        return EMPTY;
    }

    /** One attribute. */
    public static Attributes of(String key, String value) {
        return builder().put(key, value).build();
    }

    /** Two attributes. */
    public static Attributes of(String key1, String value1, String key2, String value2) {
        return builder().put(key1, value1).put(key2, value2).build();
    }

    /** Three attributes. */
    public static Attributes of(String key1, String value1, String key2, String value2, String key3, String value3) {
        return builder().put(key1, value1).put(key2, value2).put(key3, value3).build();
    }

    /** Attributes with the entries of {@code map}, in its iteration order. */
    public static Attributes of(Map<String, String> map) {
        Builder builder = builder();
        map.forEach(builder::put);
        return builder.build();
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** How many attributes there are. */
    public int size() {
        return keys.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return keys.length == 0;
    }

    /**
     * The key at {@code index}.
     *
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < size()}
     */
    public String key(int index) {
        return keys[index];
    }

    /**
     * The value at {@code index}: a {@link String}, {@link Long}, {@link Double} or {@link Boolean}.
     *
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < size()}
     */
    public Object value(int index) {
        return values[index];
    }

    /** The value for {@code key}, or null when it is absent. */
    public @Nullable Object get(String key) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i].equals(key)) {
                return values[i];
            }
        }
        return null;
    }

    /** The entries as a map, in order; a copy. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keys.length; i++) {
            map.put(keys[i], values[i]);
        }
        return map;
    }

    /** Equal when keys, values and their order are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Attributes that && Arrays.equals(keys, that.keys) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return asMap().toString();
    }

    /** Collects attributes; a key put again takes the new value at its old place. Not thread-safe. */
    public static final class Builder {

        private final Map<String, Object> entries = new LinkedHashMap<>();

        private Builder() {}

        /** Puts a string. */
        public Builder put(String key, String value) {
            return putObject(key, value);
        }

        /** Puts an integer. */
        public Builder put(String key, long value) {
            return putObject(key, value);
        }

        /** Puts a floating-point number. */
        public Builder put(String key, double value) {
            return putObject(key, value);
        }

        /** Puts a truth value. */
        public Builder put(String key, boolean value) {
            return putObject(key, value);
        }

        /** Puts all entries of {@code attributes}. */
        public Builder putAll(Attributes attributes) {
            for (int i = 0; i < attributes.size(); i++) {
                putObject(attributes.key(i), attributes.value(i));
            }
            return this;
        }

        private Builder putObject(String key, Object value) {
            Objects.requireNonNull(value, "value");
            if (key.isEmpty()) {
                throw new IllegalArgumentException("an attribute's key must not be empty");
            }
            entries.put(key, value);
            return this;
        }

        /** The attributes put so far. */
        public Attributes build() {
            if (entries.isEmpty()) {
                return EMPTY;
            }
            return new Attributes(
                    entries.keySet().toArray(new String[0]), entries.values().toArray());
        }
    }
}

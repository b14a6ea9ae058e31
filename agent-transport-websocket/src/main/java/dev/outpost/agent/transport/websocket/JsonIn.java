package dev.outpost.agent.transport.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads members in the proto3-JSON form, in all the variants that a reader has to take: numbers as strings and the other way
 * round, both alphabets of base64, enums by name or number, members by both of their names, null for the default.
 *
 * <p>A value that cannot be is an {@code IllegalArgumentException}; what is no JSON at all is Jackson's exception.
 */
final class JsonIn {

    /** Longer durations are cut when read, as in the binary form: nobody means 31 years. */
    private static final long LONGEST_MILLIS = 1_000_000_000_000L;

    /** The end of the year 9999, and of the instants that travel as milliseconds since 1970. */
    private static final long LATEST_MILLIS = 253_402_300_799_999L;

    /** No number of the protocol needs more; digits beyond are an attempt to cost time. */
    private static final int MAX_DIGITS = 64;

    private final JsonParser in;

    JsonIn(JsonParser in) {
        this.in = in;
    }

    /** Reads one element of an array; the parser stands at it. */
    @FunctionalInterface
    interface Element {
        void read() throws IOException;
    }

    /** Where the parser is, for {@link #leave}. */
    JsonStreamContext place() {
        return in.getParsingContext();
    }

    /** Passes over what has not been read of a value inside {@code place}. */
    void leave(JsonStreamContext place) throws IOException {
        while (in.getParsingContext() != place) {
            in.nextToken();
        }
    }

    /** The next token; the first begins the text. */
    @Nullable JsonToken next() throws IOException {
        return in.nextToken();
    }

    /** Begins an object; {@link #member} goes through it. */
    void object() {
        require(in.currentToken() == JsonToken.START_OBJECT, "an object");
    }

    /** The name of the next member, whose value the parser then stands at, or null at the object's end. */
    @Nullable String member() throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            if (in.nextToken() != JsonToken.VALUE_NULL) {
                return name.indexOf('_') < 0 ? name : camelCase(name);
            }
        }
        return null;
    }

    /** {@code task_id}, as in the contract, is taken for {@code taskId}. */
    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /** Passes over a value that is not known. */
    void skip() throws IOException {
        in.skipChildren();
    }

    /** Passes over all of an object without members. */
    void empty() throws IOException {
        object();
        in.skipChildren();
    }

    void each(Element element) throws IOException {
        require(in.currentToken() == JsonToken.START_ARRAY, "an array");
        while (in.nextToken() != JsonToken.END_ARRAY) {
            element.read();
        }
    }

    String text() throws IOException {
        require(in.currentToken() == JsonToken.VALUE_STRING, "a string");
        return in.getText();
    }

    /** A text whose emptiness means "not set". */
    @Nullable String textIfSet() throws IOException {
        String text = text();
        return text.isEmpty() ? null : text;
    }

    boolean flag() throws IOException {
        boolean yes = in.currentToken() == JsonToken.VALUE_TRUE;
        require(yes || in.currentToken() == JsonToken.VALUE_FALSE, "true or false");
        return yes;
    }

    /** Milliseconds since 1970, at most to the year 9999. */
    Instant instant() throws IOException {
        long millis = unsigned64();
        if (millis < 0 || millis > LATEST_MILLIS) {
            throw new IllegalArgumentException(in.currentName() + " is " + Long.toUnsignedString(millis)
                    + "; allowed is at most " + LATEST_MILLIS);
        }
        return Instant.ofEpochMilli(millis);
    }

    /** Milliseconds since 1970 of which zero means "not set". */
    @Nullable Instant instantIfSet() throws IOException {
        Instant instant = instant();
        return instant.equals(Instant.EPOCH) ? null : instant;
    }

    void texts(List<String> to) throws IOException {
        each(() -> to.add(text()));
    }

    /** A map; its keys are not members, so they are taken as they are. */
    void texts(Map<String, String> to) throws IOException {
        object();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            in.nextToken();
            to.put(key, text());
        }
    }

    long unsigned64() throws IOException {
        return whole(0, 64).longValue();
    }

    /** A {@code uint32} that is a size or count here: what is beyond the range of an int is as good as the largest. */
    int count() throws IOException {
        return (int) Math.min(whole(0, 32).longValue(), Integer.MAX_VALUE);
    }

    int signed32() throws IOException {
        return whole(1, 31).intValue();
    }

    /** Milliseconds in a {@code uint32}. */
    Duration millis32() throws IOException {
        return Duration.ofMillis(whole(0, 32).longValue());
    }

    /** Milliseconds in a {@code uint64}. */
    Duration millis64() throws IOException {
        long millis = unsigned64();
        return Duration.ofMillis(millis < 0 ? LONGEST_MILLIS : Math.min(millis, LONGEST_MILLIS));
    }

    /** Milliseconds of which zero means "not set". */
    @Nullable Duration millisIfSet() throws IOException {
        Duration millis = millis64();
        return millis.isZero() ? null : millis;
    }

    double real() throws IOException {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            switch (in.getText()) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> {} // a number in quotes
            }
        }
        String digits = digits();
        decimal(digits); // refuses what Java takes for a number and JSON does not
        double value = Double.parseDouble(digits);
        require(Double.isFinite(value), "a double");
        return value;
    }

    ByteBuffer bytes() throws IOException {
        String text = text();
        boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        return ByteBuffer.wrap((url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
    }

    /** The constant by name or number; the first, which stands for "not known here", for any other. */
    <E extends Enum<E>> E element(E[] constants) throws IOException {
        E found = find(constants, 0);
        return found == null ? constants[0] : found;
    }

    /** The constant by name, or by number less {@code first}, or null. */
    <E extends Enum<E>> @Nullable E find(E[] constants, int first) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            String name = in.getText();
            for (E constant : constants) {
                if (constant.name().equals(name)) {
                    return constant;
                }
            }
            return null;
        }
        int index = signed32() - first;
        return index >= 0 && index < constants.length ? constants[index] : null;
    }

    /** A whole number of 0 or -2^bits to 2^bits - 1. */
    private BigInteger whole(int signs, int bits) throws IOException {
        String digits = digits();
        BigInteger value;
        try {
            value = decimal(digits).toBigIntegerExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(in.currentName() + " is " + digits + "; allowed is a whole number", e);
        }
        if (value.bitLength() > bits || (signs == 0 && value.signum() < 0)) {
            throw new IllegalArgumentException(in.currentName() + " is " + digits + "; allowed are " + bits + " bits");
        }
        return value;
    }

    private String digits() throws IOException {
        JsonToken token = in.currentToken();
        require(token != null && (token.isNumeric() || token == JsonToken.VALUE_STRING), "a number");
        String digits = in.getText();
        require(digits.length() <= MAX_DIGITS, "a number of at most " + MAX_DIGITS + " characters");
        return digits;
    }

    private BigDecimal decimal(String digits) throws IOException {
        BigDecimal value;
        try {
            value = new BigDecimal(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(in.currentName() + " is '" + digits + "'; allowed is a number", e);
        }
        // 1e999999999 would become a number of as many digits
        require(Math.abs((long) value.scale()) <= 2_000, "a number of a usual size");
        return value;
    }

    private void require(boolean met, String allowed) {
        if (!met) {
            throw new IllegalArgumentException(where() + " has " + in.currentToken() + "; allowed is " + allowed);
        }
    }

    private String where() {
        return String.valueOf(in.getParsingContext().pathAsPointer());
    }
}

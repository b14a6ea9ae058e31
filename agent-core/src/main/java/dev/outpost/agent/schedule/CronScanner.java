package dev.outpost.agent.schedule;

import java.util.List;

/**
 * Reads a cron expression from left to right and knows where it stands, so that every complaint can point at its cause.
 *
 * <p>Used by one thread for one expression.
 */
final class CronScanner {

    /** Far more than any sensible expression needs; it keeps the cost of a hostile one at nothing. */
    private static final int MAX_LENGTH = 256;

    private final String text;
    private int position;

    /**
     * @throws CronSyntaxException if the text is too long or has characters that no expression has
     */
    CronScanner(String text) {
        this.text = text;
        if (text.length() > MAX_LENGTH) {
            throw error(MAX_LENGTH, text.length() + " characters", "at most " + MAX_LENGTH);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Found here, a dash or blank pasted from a word processor does not look like the real one in the message.
            if (!isBlank(c) && (c <= ' ' || c > '~')) {
                throw error(i, "U+%04X".formatted((int) c), "plain ASCII text");
            }
        }
    }

    int position() {
        return position;
    }

    /** The text between an earlier position and the current one. */
    String since(int start) {
        return text.substring(start, position);
    }

    void skipBlanks() {
        while (position < text.length() && isBlank(text.charAt(position))) {
            position++;
        }
    }

    /** Moves to the end of the field that starts or continues here. */
    void skipField() {
        while (!atFieldEnd()) {
            position++;
        }
    }

    void rewind() {
        position = 0;
    }

    boolean atEnd() {
        return position == text.length();
    }

    boolean atFieldEnd() {
        return atEnd() || isBlank(text.charAt(position));
    }

    /** Whether the next character is the given one; letters match in either case. */
    boolean at(char upperCase) {
        return !atEnd() && Character.toUpperCase(text.charAt(position)) == upperCase;
    }

    /** Steps over the given character if it is next. */
    boolean accept(char upperCase) {
        boolean found = at(upperCase);
        if (found) {
            position++;
        }
        return found;
    }

    /** Steps over one of the characters if it is all there is in this field. */
    boolean acceptWholeField(char one, char other) {
        int start = position;
        if ((accept(one) || accept(other)) && atFieldEnd()) {
            return true;
        }
        position = start;
        return false;
    }

    /** Steps over one of the names if it is next; returns its place in the list, or -1. */
    int acceptName(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (text.regionMatches(true, position, name, 0, name.length())) {
                position += name.length();
                return i;
            }
        }
        return -1;
    }

    /** Steps over a number, which must be there and within bounds. */
    int number(int min, int max, String allowed) {
        int start = position;
        int value = 0;
        while (!atEnd() && isDigit(text.charAt(position))) {
            // Held just above the bound, a number of any length stays out of range instead of overflowing into it.
            value = Math.min(value * 10 + text.charAt(position) - '0', max + 1);
            position++;
        }
        if (position == start || value < min || value > max) {
            throw error(start, allowed);
        }
        return value;
    }

    /** A complaint about the word, number or character that starts at a position. */
    CronSyntaxException error(int start, String allowed) {
        if (start == text.length()) {
            return error(start, "the end", allowed);
        }
        int end = start;
        while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        String found = text.substring(start, Math.max(end, start + 1));
        return error(start, found.isBlank() ? "the end of the field" : "'" + found + "'", allowed);
    }

    CronSyntaxException error(int start, String found, String allowed) {
        return new CronSyntaxException(text, start, found, allowed);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}

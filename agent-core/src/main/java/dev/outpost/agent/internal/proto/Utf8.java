package dev.outpost.agent.internal.proto;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 straight into and out of byte arrays, without an array in between. */
public final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * How many bytes {@code text} takes. As many as it has characters means that all are ASCII: a surrogate without its
     * partner counts as the three bytes of U+FFFD, which is what is written.
     */
    public static int length(String text) {
        int chars = text.length();
        return isAscii(text, chars) ? chars : lengthBeyondAscii(text);
    }

    /** Eight characters at a time in two chains, for a chain of ORs as long as the text is what would take the time. */
    private static boolean isAscii(String text, int chars) {
        int even = 0;
        int odd = 0;
        int i = 0;
        for (; i < chars - 7; i += 8) {
            even |= text.charAt(i) | text.charAt(i + 2) | text.charAt(i + 4) | text.charAt(i + 6);
            odd |= text.charAt(i + 1) | text.charAt(i + 3) | text.charAt(i + 5) | text.charAt(i + 7);
        }
        for (; i < chars; i++) {
            even |= text.charAt(i);
        }
        return (even | odd) < 0x80;
    }

    private static int lengthBeyondAscii(String text) {
        int chars = text.length();
        int bytes = 0;
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (isPairAt(text, i)) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    /**
     * Writes {@code text}.
     *
     * @param length what {@link #length} gave for it
     * @return the position behind it
     */
    public static int put(byte[] target, int position, String text, int length) {
        if (length == text.length()) {
            putAscii(target, position, text);
            return position + length;
        }
        return putBeyondAscii(target, position, text);
    }

    /** The deprecated method copies low bytes, which is all there is of ASCII, and is the only one without an array. */
    @SuppressWarnings("deprecation")
    private static void putAscii(byte[] target, int position, String text) {
        text.getBytes(0, text.length(), target, position);
    }

    private static int putBeyondAscii(byte[] target, int position, String text) {
        int at = position;
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                target[at++] = (byte) c;
            } else if (c < 0x800) {
                target[at++] = (byte) (0xC0 | c >> 6);
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                at = putThree(target, at, c);
            } else if (isPairAt(text, i)) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                target[at++] = (byte) (0xF0 | point >> 18);
                target[at++] = (byte) (0x80 | (point >> 12 & 0x3F));
                target[at++] = (byte) (0x80 | (point >> 6 & 0x3F));
                target[at++] = (byte) (0x80 | (point & 0x3F));
            } else {
                at = putThree(target, at, REPLACEMENT);
            }
        }
        return at;
    }

    private static int putThree(byte[] target, int position, char c) {
        target[position] = (byte) (0xE0 | c >> 12);
        target[position + 1] = (byte) (0x80 | (c >> 6 & 0x3F));
        target[position + 2] = (byte) (0x80 | (c & 0x3F));
        return position + 3;
    }

    private static boolean isPairAt(String text, int index) {
        return Character.isHighSurrogate(text.charAt(index))
                && index + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(index + 1));
    }

    /**
     * Reads text, strictly.
     *
     * @throws MalformedProtoException if the bytes are not UTF-8
     */
    static String decode(byte[] source, int position, int length) throws MalformedProtoException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(source, position, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedProtoException("a string of " + length + " bytes at " + position + " is not UTF-8", e);
        }
    }
}

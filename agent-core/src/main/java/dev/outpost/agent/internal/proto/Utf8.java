package dev.outpost.agent.internal.proto;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 straight into and out of byte arrays, without an array in between. */
public final class Utf8 {

    private Utf8() {}

    /** How many bytes {@code text} takes; a surrogate without its partner counts as "?", which is what is written. */
    public static int length(String text) {
        int chars = text.length();
        int all = 0;
        for (int i = 0; i < chars; i++) {
            all |= text.charAt(i);
        }
        return all < 0x80 ? chars : lengthBeyondAscii(text);
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
                bytes++;
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
            putLatin(target, position, text);
            return position + length;
        }
        return putBeyondAscii(target, position, text);
    }

    /**
     * As many bytes as characters means that all are ASCII, or lone surrogates: both fit in the low byte but for the
     * latter, which are repaired. The deprecated method is the only one that copies without an array in between.
     */
    @SuppressWarnings("deprecation")
    private static void putLatin(byte[] target, int position, String text) {
        int chars = text.length();
        text.getBytes(0, chars, target, position);
        for (int i = 0; i < chars; i++) {
            if (text.charAt(i) >= 0x80) {
                target[position + i] = '?';
            }
        }
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
                target[at++] = (byte) (0xE0 | c >> 12);
                target[at++] = (byte) (0x80 | (c >> 6 & 0x3F));
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (isPairAt(text, i)) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                target[at++] = (byte) (0xF0 | point >> 18);
                target[at++] = (byte) (0x80 | (point >> 12 & 0x3F));
                target[at++] = (byte) (0x80 | (point >> 6 & 0x3F));
                target[at++] = (byte) (0x80 | (point & 0x3F));
            } else {
                target[at++] = '?';
            }
        }
        return at;
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

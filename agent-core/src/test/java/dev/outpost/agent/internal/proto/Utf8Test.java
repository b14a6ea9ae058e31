package dev.outpost.agent.internal.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.Cases;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    private static final byte UNTOUCHED = 0x55;
    private static final int MARGIN = 3;

    @ParameterizedTest
    @ValueSource(strings = {"a", "~", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff"})
    void put_lastAndFirstOfEveryWidth_equalsTheJdk(String character) {
        assertThat(encoded(character)).isEqualTo(character.getBytes(UTF_8));
        assertThat(encoded("x" + character + "y")).isEqualTo(("x" + character + "y").getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10000, 0x1F600, 0x10FFFF})
    void put_supplementaryCharacter_equalsTheJdk(int point) {
        String text = Character.toString(point);

        assertThat(encoded(text)).isEqualTo(text.getBytes(UTF_8)).hasSize(4);
    }

    @Test
    void put_everyAsciiLength_equalsTheJdk() {
        for (int length = 0; length < 300; length++) {
            String text = "0123456789".repeat(30).substring(0, length);

            assertThat(encoded(text)).as("length %d", length).isEqualTo(text.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "a\udbff", "\udfffa", "\udc00\ud800", "\ud800\ud800", "ä\ud800€\udc00"})
    void put_loneSurrogates_becomeReplacementCharacters(String text) {
        String expected = text.replaceAll("[\ud800-\udfff]", "\ufffd");

        assertThat(new String(encoded(text), UTF_8)).isEqualTo(expected);
    }

    @Test
    void put_anyChars_equalsTheJdkAndStaysWithinItsLength() {
        Cases.check(20_000, random -> {
            String text = random.nextBoolean() ? Arbitrary.text(random) : Arbitrary.chars(random);

            assertThat(encoded(text)).isEqualTo(encodedByTheJdk(text));
        });
    }

    @Test
    void decode_whatWasPut_isTheText() {
        Cases.check(5_000, random -> {
            String text = Arbitrary.text(random);
            byte[] bytes = encoded(text);

            assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(text);
        });
    }

    @Test
    void decode_notUtf8_isMalformed() {
        byte[] overlong = {(byte) 0xC0, (byte) 0x80};
        byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
        byte[] cut = {(byte) 0xE2, (byte) 0x82};

        for (byte[] bytes : new byte[][] {overlong, surrogate, cut}) {
            assertThatThrownBy(() -> Utf8.decode(bytes, 0, bytes.length)).isInstanceOf(MalformedProtoException.class);
        }
    }

    /** Encodes into the middle of an array and looks at its edges as well. */
    private static byte[] encoded(String text) {
        int length = Utf8.length(text);
        byte[] target = new byte[MARGIN + length + MARGIN];
        Arrays.fill(target, UNTOUCHED);

        int end = Utf8.put(target, MARGIN, text, length);

        assertThat(end).isEqualTo(MARGIN + length);
        assertThat(Arrays.copyOfRange(target, 0, MARGIN)).containsOnly(UNTOUCHED);
        assertThat(Arrays.copyOfRange(target, end, target.length)).containsOnly(UNTOUCHED);
        return Arrays.copyOfRange(target, MARGIN, end);
    }

    private static byte[] encodedByTheJdk(String text) throws CharacterCodingException {
        ByteBuffer bytes = UTF_8.newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .replaceWith("\ufffd".getBytes(UTF_8))
                .encode(CharBuffer.wrap(text));
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }
}

package dev.outpost.agent.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.fixture.StrictJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLineTest {

    @Test
    void line_ofEveryCharacter_isReadAsItWas() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < Character.MAX_VALUE; c++) {
            all.append(c); // lone surrogates too
        }
        String line = new JsonLine().put(all.toString(), all.toString()).toString();

        assertThat(line).matches("[ -~]*");
        assertThat(StrictJson.object(line)).isEqualTo(Map.of(all.toString(), all.toString()));
    }

    @Test
    void line_ofRandomMembers_isReadAsItWas() {
        Cases.check(500, random -> {
            JsonLine line = new JsonLine();
            Map<String, Object> expected = new LinkedHashMap<>();
            Map<String, Object> inner = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                put(line, expected, "a" + i, random.nextInt(4), random.nextLong());
            }
            line.begin("inner");
            for (int i = random.nextInt(4); i > 0; i--) {
                put(line, inner, "b" + i, random.nextInt(4), random.nextLong());
            }
            line.end();
            expected.put("inner", inner);
            put(line, expected, "last", random.nextInt(4), random.nextLong());

            assertThat(StrictJson.object(line.toString())).isEqualTo(expected);
        });
    }

    private static void put(JsonLine line, Map<String, Object> expected, String name, int kind, long bits) {
        Object value = switch (kind) {
            case 0 -> bits;
            case 1 -> bits > 0;
            case 2 -> Double.longBitsToDouble(bits);
            default -> Long.toString(bits, 36) + "\"\\\n";
        };
        line.putAny(name, value);
        boolean none = value instanceof Double number && !Double.isFinite(number);
        expected.put(name, none ? value.toString() : value);
    }

    @Test
    void line_ofNumbersThatJsonDoesNotHave_saysThemInWords() {
        String line = new JsonLine()
                .put("a", Double.NaN)
                .put("b", Double.NEGATIVE_INFINITY)
                .toString();
        assertThat(line).isEqualTo("{\"a\":\"NaN\",\"b\":\"-Infinity\"}");
    }

    @Test
    void line_ofNothing_isAnEmptyObject() {
        assertThat(new JsonLine()).hasToString("{}");
        assertThat(new JsonLine().begin("a").end().put("b", true)).hasToString("{\"a\":{},\"b\":true}");
    }
}

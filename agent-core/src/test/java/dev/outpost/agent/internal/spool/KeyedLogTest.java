package dev.outpost.agent.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.spool.FaultyFiles.Op;
import dev.outpost.agent.internal.spool.FaultyFiles.Survival;
import dev.outpost.agent.internal.spool.KeyedLog.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyedLogTest {

    private static final Path DIRECTORY = Path.of("/journal");

    private FaultyFiles files = new FaultyFiles();

    private static Change put(String key, String value) {
        return new Change(key, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    private static Change remove(String key) {
        return new Change(key, null);
    }

    private Map<String, String> reopened() throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        try (KeyedLog log = KeyedLog.open(DIRECTORY, files, found)) {
            assertThat(log.damaged()).isZero();
        }
        return texts(found);
    }

    private static Map<String, String> texts(Map<String, byte[]> found) {
        Map<String, String> texts = new LinkedHashMap<>();
        found.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    @Test
    void open_afterChanges_findsTheNewestOfEachKeyInTheirOrder() throws IOException {
        try (KeyedLog log = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
            log.write(List.of(put("a", "1"), put("b", "1"), put("gone", "x")), 0);
            log.write(List.of(put("a", "2"), remove("gone"), put("empty", "")), 0);
        }

        assertThat(reopened()).containsExactly(Map.entry("b", "1"), Map.entry("a", "2"), Map.entry("empty", ""));
    }

    @Test
    void id_staysTheSame() throws IOException {
        KeyedLog first = KeyedLog.open(DIRECTORY, files, new HashMap<>());
        first.close();
        try (KeyedLog second = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
            assertThat(second.id()).isEqualTo(first.id());
        }
    }

    @Test
    void open_byTwo_isRefused() throws IOException {
        try (KeyedLog open = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
            assertThat(open.bytes()).isZero();
            assertThatThrownBy(() -> KeyedLog.open(DIRECTORY, files, new HashMap<>()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another agent");
        }
    }

    @Test
    void write_muchOutdated_staysSmallAndLosesNothing() throws IOException {
        String large = "x".repeat(60_000);
        try (KeyedLog log = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
            log.write(List.of(put("kept", "for ever")), 0);
            for (int i = 0; i < 500; i++) {
                log.write(List.of(put("k" + i % 5, large + i), remove("k" + (i + 1) % 5)), 0);
                assertThat(log.bytes()).isLessThan(8 << 20);
            }
        }

        Map<String, String> found = reopened();
        assertThat(found).hasSize(5).containsEntry("kept", "for ever").containsEntry("k4", large + 499);
    }

    @Test
    void write_diskFails_laterWritesCount() throws IOException {
        try (KeyedLog log = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
            log.write(List.of(put("a", "1")), 0);
            files.failWhen(call -> call.is(Op.FORCE, ".seg"));
            assertThatThrownBy(() -> log.write(List.of(put("a", "2")), 0)).isInstanceOf(IOException.class);
            files.failWhen(call -> false);
            log.write(List.of(put("a", "2"), put("b", "1")), 0);
        }
        files = files.restarted(Survival.FORCED, new SplittableRandom(1));

        assertThat(reopened()).containsOnly(Map.entry("a", "2"), Map.entry("b", "1"));
    }

    @Test
    void crash_anywhere_keepsWhatWasWritten() {
        Cases.check(300, random -> new CrashCase(random).run());
    }

    @Test
    void damage_anywhere_costsOneChangeAtMost() {
        Cases.check(300, random -> {
            files = new FaultyFiles();
            Map<String, String> written = new HashMap<>();
            try (KeyedLog log = KeyedLog.open(DIRECTORY, files, new HashMap<>())) {
                for (int i = 0; i < 20; i++) {
                    written.put("k" + i, "v".repeat(random.nextInt(100)) + i);
                    log.write(List.of(put("k" + i, written.get("k" + i))), 0);
                }
            }
            Path segment = files.files(".seg").get(0);
            byte[] content = files.content(segment);
            content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
            files.put(segment, content);

            Map<String, byte[]> found = new LinkedHashMap<>();
            KeyedLog.open(DIRECTORY, files, found).close();

            assertThat(written).containsAllEntriesOf(texts(found));
            assertThat(found).hasSizeGreaterThanOrEqualTo(19);
        });
    }

    /** Random changes until the machine stops, and what is found afterwards. */
    private final class CrashCase {
        private final SplittableRandom random;
        private final Map<String, @Nullable String> safe = new HashMap<>();
        private final List<Change> doubtful = new ArrayList<>();
        private final List<Survival> survivals = List.of(Survival.values());

        CrashCase(SplittableRandom random) {
            this.random = random;
        }

        void run() throws IOException {
            files = new FaultyFiles();
            for (int life = 0; life < 3; life++) {
                int last = files.callCount() + random.nextInt(60);
                files.crashWhen(call -> call.index() >= last);
                live();
                files = files.restarted(survivals.get(random.nextInt(survivals.size())), random);
                check();
            }
        }

        private void live() throws IOException {
            doubtful.clear();
            try {
                KeyedLog log = KeyedLog.open(DIRECTORY, files, new HashMap<>());
                for (int i = 0; i < 200; i++) {
                    List<Change> changes = changes();
                    doubtful.addAll(changes);
                    log.write(changes, 0);
                    changes.forEach(change -> safe.put(change.key(), text(change)));
                    doubtful.clear();
                }
                log.close();
            } catch (FaultyFiles.Crash e) {
                assertThat(e).hasMessageContaining("stopped");
            }
        }

        private List<Change> changes() {
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                String key = "k" + random.nextInt(6);
                boolean removes = random.nextInt(3) == 0;
                changes.add(
                        removes ? remove(key) : put(key, "v" + random.nextInt() + "x".repeat(random.nextInt(2_000))));
            }
            return changes;
        }

        private static @Nullable String text(Change change) {
            ByteBuffer value = change.value();
            return value == null
                    ? null
                    : StandardCharsets.UTF_8.decode(value.duplicate()).toString();
        }

        private void check() throws IOException {
            Map<String, byte[]> found = new HashMap<>();
            KeyedLog.open(DIRECTORY, files, found).close();
            Map<String, String> texts = texts(found);
            for (int i = 0; i < 6; i++) {
                String key = "k" + i;
                List<@Nullable String> possible = new ArrayList<>();
                possible.add(safe.get(key));
                doubtful.stream()
                        .filter(change -> change.key().equals(key))
                        .forEach(change -> possible.add(text(change)));
                assertThat(possible).as("values of %s", key).contains(texts.get(key));
                safe.put(key, texts.get(key));
            }
        }
    }
}

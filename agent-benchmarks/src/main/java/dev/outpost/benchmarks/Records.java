package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the benchmarks publish. */
final class Records {

    static final String KEY_1 = "service.name";
    static final String VALUE_1 = "billing";
    static final String KEY_2 = "thread.name";
    static final String VALUE_2 = "worker-7";

    private static final int VARIANTS = 64;
    private static final int WORD_VARIANTS = 4_096;
    private static final String[] TEXTS_OF_200 = texts(200);

    /** What is left for the text when all of a record is to have 200 bytes in OTLP. */
    private static final String[] TEXTS_FOR_200 = texts(118);

    /** Texts as long, of which none is like the other: those above are no measure of compression. */
    private static final String[] TEXTS_OF_WORDS = textsOfWords(118);

    private Records() {}

    private static String[] texts(int length) {
        String[] texts = new String[VARIANTS];
        for (int i = 0; i < VARIANTS; i++) {
            String start = "payment " + (100_000 + i) + " was refused by the bank ";
            texts[i] = start + ".".repeat(length - start.length());
        }
        return texts;
    }

    private static String[] textsOfWords(int length) {
        String[] words = {
            "payment", "refused", "by", "bank", "order", "accepted", "after", "retry", "of", "request", "timeout",
                    "user",
            "session", "closed", "with", "code", "took", "ms", "from", "cache", "to", "replica", "shard", "moved"
        };
        SplittableRandom random = new SplittableRandom(1);
        String[] texts = new String[WORD_VARIANTS];
        for (int i = 0; i < WORD_VARIANTS; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < length) {
                text.append(words[random.nextInt(words.length)]).append(' ');
                if (random.nextInt(4) == 0) {
                    text.append(Long.toHexString(random.nextLong() >>> 32)).append(' ');
                }
            }
            texts[i] = text.substring(0, length);
        }
        return texts;
    }

    /** A text with which a record has 200 bytes in OTLP: words, and in between numbers that do not come again. */
    static String textOfWords(int i) {
        return TEXTS_OF_WORDS[i % WORD_VARIANTS];
    }

    /** A text of 200 characters; not always the same, lest its measure become a constant of the compiled code. */
    static String textOf200(int i) {
        return TEXTS_OF_200[i % VARIANTS];
    }

    /** Publishes the record of number {@code i}, 200 bytes long in OTLP. */
    static boolean publish(Logs logs, int i) {
        return publish(logs, Severity.INFO, i);
    }

    /** The same of another severity. */
    static boolean publish(Logs logs, Severity severity, int i) {
        return logs.publish(severity, textFor200(i), KEY_1, VALUE_1, KEY_2, VALUE_2);
    }

    /** A text with which a record has 200 bytes in OTLP. */
    static String textFor200(int i) {
        return TEXTS_FOR_200[i % VARIANTS];
    }

    /** A full batch as an agent makes it of these records. */
    static LogBatch batch() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<LogBatch> first = new CompletableFuture<>();
        Agent agent = Agent.builder()
                .id("sample")
                .overflow(OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT))
                .batchRecords(100_000)
                .logSink("sample", batch -> {
                    first.complete(copy(batch));
                    return CompletableFuture.completedStage(null);
                })
                .build();
        try (agent) {
            agent.start();
            for (int i = 0; !first.isDone(); i++) {
                publish(agent.logs(), i);
            }
            return first.get(10, TimeUnit.SECONDS);
        }
    }

    /** A batch belongs to the agent once it has been taken. */
    private static LogBatch copy(LogBatch batch) {
        ByteBuffer bytes =
                ByteBuffer.allocate(batch.body().remaining()).put(batch.body()).flip();
        return new LogBatch(batch.streamId(), batch.epoch(), batch.sequence(), batch.recordCount(), bytes);
    }
}

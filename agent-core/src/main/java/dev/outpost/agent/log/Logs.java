package dev.outpost.agent.log;

import java.util.concurrent.CompletableFuture;

/**
 * Takes log records from the application.
 *
 * <p><b>Thread:</b> any, any number at once. <b>Order:</b> records of one thread stay in order within their class: those of
 * {@link Severity#WARN} and above are one class, all others another, and the first overtakes the second. <b>Blocking:</b>
 * only as the {@link OverflowPolicy} allows, and never longer than its deadline. <b>Errors:</b> nothing is thrown: a
 * record that cannot be taken is counted under its reason, and the answer is false. <b>Ownership:</b> arguments are
 * encoded before the method returns and never retained.
 */
public interface Logs {

    /**
     * Publishes a record without attributes.
     *
     * @return true when the ring took it; false when it was dropped and counted
     */
    boolean publish(Severity severity, String body);

    /**
     * Publishes a record with one attribute.
     *
     * @return true when the ring took it; false when it was dropped and counted
     */
    boolean publish(Severity severity, String body, String key, String value);

    /**
     * Publishes a record with two attributes.
     *
     * @return true when the ring took it; false when it was dropped and counted
     */
    boolean publish(Severity severity, String body, String key1, String value1, String key2, String value2);

    /**
     * Publishes a record.
     *
     * @return true when the ring took it; false when it was dropped and counted
     */
    boolean publish(LogRecord record);

    /**
     * Publishes a record and tells when it is safe: forced to the disk by the spool, or acknowledged, in every lane that
     * takes logs, whichever comes first. Does not wait. Such a record does not wait for its batch to fill; many of them at
     * once share one force of the disk.
     *
     * <p>With a spool a completed future means that the record survives the end of the process and of the machine.
     * Without one it means that the record is delivered.
     *
     * @return fails with {@link NotDurableException} when the record was not taken, or was given up, or the spool does not
     *     work while the control center is away. Callbacks without an executor of their own run on a thread of the agent,
     *     one at a time.
     */
    CompletableFuture<Void> publishDurable(LogRecord record);
}

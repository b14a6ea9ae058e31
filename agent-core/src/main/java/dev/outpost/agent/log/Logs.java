package dev.outpost.agent.log;

/**
 * Takes log records from the application.
 *
 * <p><b>Thread:</b> any, any number at once. <b>Order:</b> records of one thread stay in order. <b>Blocking:</b> never,
 * but for {@link OverflowPolicy#blockFor} and then never longer than its deadline. <b>Errors:</b> nothing is thrown: a
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
}

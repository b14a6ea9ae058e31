package dev.outpost.agent.internal.journal;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What the agent must not forget, as a map of keys to bytes: the newest value of a key holds. Changes are on the disk in the
 * order in which they were made, and {@link #whenDurable} tells when. Control loop only; nothing here waits for the disk.
 *
 * <p>Keys begin with the name of the part that they belong to: {@code task/…}, {@code schedule/…}.
 */
public interface Journal {

    /**
     * Remembers a value, in place of the one that the key had; the bytes are the journal's from now on. One of more than 4 MiB less
     * 1 KiB is not remembered, and counted.
     */
    void put(String key, byte[] value);

    /** Forgets a key. */
    void remove(String key);

    /**
     * Runs {@code then} on the control loop when all changes made so far are on the disk: with true; or with false when they are
     * not, because the disk fails or there is no journal. In the order of the calls.
     */
    void whenDurable(Consumer<Boolean> then);

    /** Names what is remembered, and stays the same as long as that is; empty when there is no journal or it cannot be read. */
    String id();

    /** Whether it remembers anything at all, now or once it can: false for an agent without a journal. */
    boolean remembers();

    /** Whether it is still to be seen what it remembers. */
    boolean isBeingRead();

    /** Whether changes come to the disk now. An agent without a journal has nothing that could fail. */
    boolean isHealthy();

    /** Told once, on the control loop, what is remembered from before, by key. */
    @FunctionalInterface
    interface Restored {
        /** The agent begins with this. */
        void accept(Map<String, byte[]> entries);
    }
}

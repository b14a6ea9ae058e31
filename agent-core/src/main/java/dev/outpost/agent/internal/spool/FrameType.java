package dev.outpost.agent.internal.spool;

import java.util.Optional;

/** What a frame is. */
public enum FrameType {
    /** A batch of log records. */
    LOGS(1),
    /** A batch of metric points. */
    METRICS(2),
    /** A key and its value, of a {@link KeyedLog}. */
    ENTRY(3),
    /** A key that has no value any more. */
    REMOVAL(4);

    private final int number;

    FrameType(int number) {
        this.number = number;
    }

    /** Its number on disk. */
    int number() {
        return number;
    }

    /** The type of that number, if there is one. */
    static Optional<FrameType> of(int number) {
        return switch (number) {
            case 1 -> Optional.of(LOGS);
            case 2 -> Optional.of(METRICS);
            case 3 -> Optional.of(ENTRY);
            case 4 -> Optional.of(REMOVAL);
            default -> Optional.empty();
        };
    }
}

package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;

/**
 * What the two sides of a link do not have in common, and the threads of theirs.
 *
 * @param executor calls listeners, when no thread of the network is at hand
 * @param timer ends what takes too long
 * @param maxMessageBytes the largest message, both ways
 * @param strangerBytes the largest message that is taken before the other side is let in
 * @param closePatience how long the other side may take to answer a Close frame, and to read what was sent before
 * @param closeCode which code a reason is told the other side with
 * @param allowedCode the code to send for a code
 * @param peerReason what a code and its text from the other side mean
 */
record Side(
        Executor executor,
        ScheduledExecutorService timer,
        int maxMessageBytes,
        int strangerBytes,
        Duration closePatience,
        ToIntFunction<CloseReason> closeCode,
        IntUnaryOperator allowedCode,
        BiFunction<Integer, String, CloseReason> peerReason) {

    /** What a hello may be; thousands of task types are less. */
    static final int HELLO_BYTES = 256 * 1024;

    static Side ofAgent(
            Executor executor, ScheduledExecutorService timer, int maxMessageBytes, Duration closePatience) {
        return new Side(
                executor,
                timer,
                maxMessageBytes,
                maxMessageBytes, // it has chosen whom it speaks to
                closePatience,
                CloseCodes::ofAgent,
                CloseCodes::agents,
                CloseCodes::toReason);
    }

    static Side ofCenter(
            Executor executor, ScheduledExecutorService timer, int maxMessageBytes, Duration closePatience) {
        return new Side(
                executor,
                timer,
                maxMessageBytes,
                Math.min(maxMessageBytes, HELLO_BYTES),
                closePatience,
                CloseCodes::ofCenter,
                IntUnaryOperator.identity(),
                CloseCodes::toReasonOfAgent);
    }
}

package dev.outpost.agent.internal.session;

import java.time.Duration;

/** How long the answers of a link may take: what was learned from the links before it. Control loop only. */
final class Patience {

    static final Duration LEAST = Duration.ofSeconds(5);
    static final Duration MOST = Duration.ofSeconds(40);

    private Duration present = LEAST;

    /**
     * What a link that has ended was like.
     *
     * @param longestAnswer the longest that the other side has taken to answer
     * @param silent it has ended because nothing was heard for too long
     * @param answeredOften the other side has answered more than once
     * @param sentBatches batches were sent
     * @param delivered a batch was taken
     */
    record Experience(
            Duration longestAnswer, boolean silent, boolean answeredOften, boolean sentBatches, boolean delivered) {}

    /** How long an answer may take on a link that begins now. */
    Duration present() {
        return present;
    }

    /**
     * How long the next link's answers may take: twice the longest that they took on this one. When nothing was heard on it for so long that
     * we gave it up, and it had delivered nothing, it may be so slow that one message takes longer than we wait, a batch of ours, or a set of
     * schedules that comes with the welcome: then the next one gets more time, or nothing would ever arrive. Any other end says nothing of
     * that, nor does silence with nothing under way on a link that had answered.
     */
    void learn(Experience ended) {
        Duration next = ended.longestAnswer().multipliedBy(2);
        boolean undelivered = ended.sentBatches() && !ended.delivered();
        if (ended.silent() && (undelivered || !(ended.sentBatches() || ended.answeredOften()))) {
            next = present.multipliedBy(2);
        } else if (undelivered) {
            next = present;
        }
        present = next.compareTo(LEAST) < 0 ? LEAST : next.compareTo(MOST) > 0 ? MOST : next;
    }
}

package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Hello;

/**
 * Which memory of an agent a report comes from, as a text that a store keeps: its journal, if it has one, and its run. Within a run
 * revisions of a task's reports grow; a later run with the same journal goes on with the tasks, and repeats reports that may not have
 * come; without the journal the agent has forgotten them.
 */
final class AgentMemory {

    /** A control character, which names do not have. */
    private static final char SEPARATOR = '\u001f';

    private AgentMemory() {}

    static String of(Hello hello) {
        return hello.journalId() + SEPARATOR + hello.instanceId();
    }

    /** Whether an agent with the memory {@code now} knows what it knew with the memory {@code before}. */
    static boolean remembers(String now, String before) {
        String journal = now.substring(0, now.indexOf(SEPARATOR) + 1);
        return now.equals(before) || (journal.length() > 1 && before.startsWith(journal));
    }
}

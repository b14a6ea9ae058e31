package dev.outpost.agent.internal.journal;

import java.util.function.Consumer;

/** Forgets everything: the journal of an agent that was given none. */
public final class NoJournal implements Journal {

    @Override
    public void put(String key, byte[] value) {
        // nothing is remembered, and nobody was promised that it is
    }

    @Override
    public void remove(String key) {
        // nothing was remembered
    }

    @Override
    public void whenDurable(Consumer<Boolean> then) {
        then.accept(false);
    }

    @Override
    public String id() {
        return "";
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public boolean isBeingRead() {
        return false;
    }

    @Override
    public boolean isHealthy() {
        return true;
    }
}

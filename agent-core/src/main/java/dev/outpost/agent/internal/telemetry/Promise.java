package dev.outpost.agent.internal.telemetry;

/** Somebody waits until records are safe: delivered, or on disk. Called by the control loop, or before a batch reaches it. */
public interface Promise {

    /** One lane has it safe. */
    void kept();

    /** One lane has given it up; why, as a word. */
    void broken(String reason);
}

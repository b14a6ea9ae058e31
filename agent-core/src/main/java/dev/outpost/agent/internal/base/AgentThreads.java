package dev.outpost.agent.internal.base;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place of the core that makes threads: daemon, named {@code outpost-<role>}, without the host's context class
 * loader, so that no thread of ours keeps the host or its classes alive.
 */
public final class AgentThreads {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private static final int FIRST_WITH_VIRTUAL = 21;

    private AgentThreads() {}

    /** A loop or service thread of the agent, which must never wait for the agent itself; not started yet. */
    public static Thread newThread(String role, Runnable body) {
        return prepared(new ServiceThread(body, "outpost-" + role));
    }

    /** Whether the present thread is one that must never wait for the agent. */
    public static boolean isServiceThread() {
        return Thread.currentThread() instanceof ServiceThread;
    }

    /** A factory of numbered threads {@code outpost-<role>-<n>} on which the host is told things, one after the other. */
    public static ThreadFactory callbacks(String role) {
        AtomicInteger next = new AtomicInteger(1);
        return body -> prepared(new ToldThread(body, "outpost-" + role + "-" + next.getAndIncrement()));
    }

    /** Whether the host is just being told something on the present thread: as long as it waits there, nobody else is told. */
    public static boolean isCallbackThread() {
        return Thread.currentThread() instanceof ToldThread;
    }

    private static Thread prepared(Thread thread) {
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.setUncaughtExceptionHandler(
                (t, e) -> LOG.error("event=thread.died thread={} the agent lost a thread", t.getName(), e));
        return thread;
    }

    /** A factory of numbered worker threads {@code outpost-<role>-<n>}, which run user code and may wait. */
    public static ThreadFactory workers(String role) {
        AtomicInteger next = new AtomicInteger(1);
        return body -> prepared(new Thread(null, body, "outpost-" + role + "-" + next.getAndIncrement(), 0, false));
    }

    /** Whether this Java has virtual threads: from 21 on. */
    public static boolean hasVirtual() {
        return Runtime.version().feature() >= FIRST_WITH_VIRTUAL;
    }

    /**
     * A factory of numbered virtual threads {@code outpost-<role>-<n>}, which run user code and may wait.
     *
     * @throws IllegalStateException if this Java has none
     */
    public static ThreadFactory virtualWorkers(String role) {
        try {
            // Reflection, because this code is compiled for Java 17.
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named =
                    type.getMethod("name", String.class, long.class).invoke(builder, "outpost-" + role + "-", 1L);
            Object heirless = type.getMethod("inheritInheritableThreadLocals", boolean.class)
                    .invoke(named, false);
            return (ThreadFactory) type.getMethod("factory").invoke(heirless);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no virtual threads", e);
        }
    }

    private static final class ToldThread extends Thread {
        ToldThread(Runnable body, String name) {
            super(null, body, name, 0, false);
        }
    }

    private static final class ServiceThread extends Thread {
        ServiceThread(Runnable body, String name) {
            super(null, body, name, 0, false);
        }
    }
}

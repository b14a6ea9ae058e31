package dev.outpost.benchmarks;

import java.util.Set;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.async.AsyncLoggerContextSelector;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Log4j with all loggers asynchronous, its default ring, and an appender that counts and does nothing else. The two attributes
 * are in the thread's context from the beginning, the cheapest place that Log4j has for them.
 */
@State(Scope.Benchmark)
public class Log4jLogs {

    final Backlog backlog = new Backlog();

    private final LoggerContext context;
    private final Logger logger;

    public Log4jLogs() {
        System.setProperty("log4j2.contextSelector", AsyncLoggerContextSelector.class.getName());
        context = (LoggerContext) LogManager.getContext(false);
        LoggerConfig root = context.getConfiguration().getRootLogger();
        Set.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender); // the console's
        Count count = new Count();
        count.start();
        root.addAppender(count, Level.ALL, null);
        root.setLevel(Level.INFO);
        context.updateLoggers();
        logger = context.getLogger("publish");
    }

    /** Puts the attributes into the context of the calling thread. */
    static void enter() {
        ThreadContext.put(Records.KEY_1, Records.VALUE_1);
        ThreadContext.put(Records.KEY_2, Records.VALUE_2);
    }

    void log(int i) {
        logger.info(Records.textOf200(i));
    }

    @TearDown
    public void close() {
        context.stop();
    }

    private final class Count extends AbstractAppender {

        Count() {
            super("count", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            if (event.getContextData().size() != 2) {
                throw new IllegalStateException("an event without its attributes: " + event);
            }
            backlog.consumed(1);
        }
    }
}

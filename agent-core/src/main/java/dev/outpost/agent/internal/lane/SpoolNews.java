package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.spool.SpoolEvents;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.Stored;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Brings the store's news from the disk thread to the runs on the control loop. */
final class SpoolNews implements SpoolEvents {

    private final Inbox inbox;
    private final boolean writtenIsSafe;
    private final Runnable works;
    private final Consumer<Exception> fails;

    /** Who is told; control loop only. */
    private final Map<SpoolRun, Run> runs = new HashMap<>();

    /**
     * News.
     *
     * @param writtenIsSafe whether memory may forget what was written and not forced
     * @param works runs on the control loop when something was written
     * @param fails runs on the control loop when something could not be written
     */
    SpoolNews(Inbox inbox, boolean writtenIsSafe, Runnable works, Consumer<Exception> fails) {
        this.inbox = inbox;
        this.writtenIsSafe = writtenIsSafe;
        this.works = works;
        this.fails = fails;
    }

    void register(SpoolRun stored, Run run) {
        runs.put(stored, run);
    }

    void forget(SpoolRun stored) {
        runs.remove(stored);
    }

    @Override
    public void onWritten(SpoolRun run, long through) {
        if (writtenIsSafe) {
            tell(run, known -> {
                works.run();
                known.onStored(through);
            });
        }
    }

    @Override
    public void onSynced(SpoolRun run, long through) {
        tell(run, known -> {
            works.run();
            known.onStored(through);
            known.onSynced(through);
        });
    }

    @Override
    public void onFailed(SpoolRun run, long synced, IOException failure) {
        tell(run, known -> {
            known.onWriteFailed(synced);
            fails.accept(failure);
        });
    }

    @Override
    public void onLost(SpoolRun run, Stored.Gap lost) {
        tell(run, known -> known.onLost(lost));
    }

    private void tell(SpoolRun stored, Consumer<RunInSpool> news) {
        inbox.post(() -> {
            Run known = runs.get(stored);
            if (known != null) {
                news.accept(known.inSpool());
            }
        });
    }
}

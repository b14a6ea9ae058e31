package dev.outpost.agent.metric.oshi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of one kind with what is kept for each: listed now and then, brought up to date in between. Used by one
 * thread.
 *
 * <p>Each listing replaces the one before, so that nothing outlives its device and there is no map to be pruned; the few
 * attribute sets made anew are small beside what the listing itself allocates.
 */
final class Devices<D> {

    /** How many devices of a kind are measured; a host of containers may have a thousand network interfaces. */
    static final int MOST = 64;

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private final String kind;
    private final Refreshed<List<D>> listing;
    private final Predicate<D> update;
    private final List<D> present = new ArrayList<>();
    private boolean leftOutLogged;

    /**
     * Devices not listed yet.
     *
     * @param kind what they are called in the log, in the plural
     * @param lister lists them, up to date and the more important ones first
     * @param update brings one up to date; false when it is gone
     */
    Devices(String kind, Refreshed.Reader<List<D>> lister, Predicate<D> update, LongSupplier nanoTime) {
        this.kind = kind;
        this.listing = new Refreshed<>(() -> most(lister.read()), nanoTime);
        this.update = update;
    }

    /** Those that are there now, up to date; valid until the next call. */
    List<D> upToDate() throws IOException {
        List<D> listed = listing.get();
        boolean fresh = listing.isFresh();
        present.clear();
        for (D device : listed) {
            if (fresh || update.test(device)) {
                present.add(device);
            }
        }
        return present;
    }

    private List<D> most(List<D> all) {
        if (all.size() <= MOST) {
            return all;
        }
        if (!leftOutLogged) {
            leftOutLogged = true;
            LOG.warn("{} of {} {} are measured, the others are left out", MOST, all.size(), kind);
        }
        return List.copyOf(all.subList(0, MOST));
    }
}

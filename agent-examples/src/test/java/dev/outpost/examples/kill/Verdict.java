package dev.outpost.examples.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Holds what has arrived against what the lives of the agents have noted. */
final class Verdict {

    /** What a slot of a spool keeps when it is empty. */
    private static final Set<String> NO_DATA = Set.of("META", "META.tmp", "LOCK", "ACK", "GAPS", "GAPS.tmp");

    /** The ring may be full for longer than the publishers' patience on a busy machine; such records were never taken. */
    private static final String RING_FULL_ONLY = "\\{(ring_full=\\d+)?}";

    private static final int MOST_PER_LIFE = 20;

    private final Ledger ledger;
    private final List<String> faults = new ArrayList<>();
    private long durable;
    private long durableArrived;

    Verdict(Ledger ledger) {
        this.ledger = ledger;
        faults.addAll(ledger.faults());
    }

    List<String> faults() {
        return faults;
    }

    /** Records whose durable future had completed, and how many of those are there, in words. */
    String summary() {
        return durable + " durable records, " + durableArrived + " of them arrived; " + ledger.records()
                + " records and points arrived in all";
    }

    void checkLife(LifeFiles life) throws IOException {
        BitSet arrived = ledger.logsOf(life.life());
        if (arrived.length() - 1 > life.logsBegun()) {
            faults.add("never published: " + Numbers.text(Numbers.of(life.life(), arrived.length() - 1)));
        }
        BitSet points = ledger.metricsOf(life.life());
        if (points.length() - 1 > life.metricsBegun()) {
            faults.add("never recorded: point " + (points.length() - 1) + " of life " + life.life());
        }
        checkDurable(life, arrived);
        for (LaneFigures account : life.accounts()) {
            boolean isLogs = account.name().equals("logs");
            // A point whose collection the end overtakes is begun, and emitted by nobody.
            long begun = isLogs ? life.logsBegun() : Math.min(life.metricsBegun(), account.emitted());
            long late = life.metricsBegun() - begun;
            if (!isLogs && late > 1) {
                faults.add(late + " points were not emitted: life " + life.life() + ": " + account);
            }
            checkAccount(life, account, begun, isLogs ? arrived : points);
        }
    }

    private void checkDurable(LifeFiles life, BitSet arrived) throws IOException {
        List<Long> numbers = life.durableNumbers();
        int missing = 0;
        for (int i = 0; i < numbers.size(); i++) {
            durable++;
            if (arrived.get(Numbers.indexOf(numbers.get(i)))) {
                durableArrived++;
            } else if (++missing <= MOST_PER_LIFE) {
                faults.add("missing: " + Numbers.text(numbers.get(i)) + ", entry " + i + " of " + numbers.size()
                        + " in " + life.durable());
            }
        }
        if (missing > MOST_PER_LIFE) {
            faults.add("missing: " + missing + " durable records of life " + life.life() + " in all");
        }
    }

    /** What a life that ended by itself said at its end, when nothing is in memory any more. */
    private void checkAccount(LifeFiles life, LaneFigures account, long begun, BitSet arrived) {
        String which = "life " + life.life() + ": " + account;
        if (!account.closes() || account.inMemory() != 0) {
            faults.add("the account does not close: " + which);
        }
        if (account.emitted() != begun) {
            faults.add("emitted is not " + begun + ": " + which);
        }
        if (!account.reasons().matches(RING_FULL_ONLY)) {
            faults.add("dropped: " + which);
        }
        if (begun - arrived.cardinality() > account.dropped()) {
            faults.add("missing: " + (begun - arrived.cardinality()) + " records, the first " + arrived.nextClearBit(1)
                    + ", of " + which);
        }
    }

    /** What a life left on disk when it ended by itself is what the next one on the same spool finds. */
    void checkInheritance(LifeFiles before, LifeFiles after) throws IOException {
        for (LaneFigures left : before.accounts()) {
            for (LaneFigures found : after.accounts()) {
                if (left.name().equals(found.name()) && left.spooled() != found.recovered()) {
                    faults.add("life " + before.life() + " left " + left + ", and life " + after.life() + " found "
                            + found);
                }
            }
        }
    }

    void checkEmpty(Path spool) throws IOException {
        try (Stream<Path> all = Files.walk(spool)) {
            all.filter(Files::isRegularFile)
                    .filter(file -> !NO_DATA.contains(file.getFileName().toString()))
                    .forEach(file -> faults.add(
                            "left in the spool: " + file + ", " + file.toFile().length() + " bytes"));
        }
    }
}

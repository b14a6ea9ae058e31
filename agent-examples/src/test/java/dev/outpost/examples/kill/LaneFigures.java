package dev.outpost.examples.kill;

import dev.outpost.agent.LaneSnapshot;

/** A lane's account as a line of text: {@code name emitted recovered delivered spooled inMemory dropped reasons}. */
record LaneFigures(
        String name,
        long emitted,
        long recovered,
        long delivered,
        long spooled,
        long inMemory,
        long dropped,
        String reasons) {

    static LaneFigures of(LaneSnapshot lane) {
        return new LaneFigures(
                lane.name(),
                lane.emitted(),
                lane.recovered(),
                lane.delivered(),
                lane.spooled(),
                lane.inMemory(),
                lane.droppedTotal(),
                lane.dropped().toString().replace(" ", ""));
    }

    boolean closes() {
        return emitted + recovered == delivered + spooled + inMemory + dropped;
    }

    String toLine() {
        return name + " " + emitted + " " + recovered + " " + delivered + " " + spooled + " " + inMemory + " " + dropped
                + " " + reasons;
    }

    static LaneFigures ofLine(String line) {
        String[] parts = line.split(" ", -1);
        return new LaneFigures(
                parts[0],
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]),
                Long.parseLong(parts[6]),
                parts[7]);
    }
}

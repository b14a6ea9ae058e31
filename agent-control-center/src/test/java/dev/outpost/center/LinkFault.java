package dev.outpost.center;

import dev.outpost.agent.testkit.FaultProxy;
import dev.outpost.agent.testkit.FaultProxy.Side;
import java.time.Duration;
import java.util.Random;

/** What can be wrong with a connection. */
enum LinkFault {
    LATENCY(false),
    THROTTLE(false),
    FREEZE(true),
    BLACK_HOLE(true),
    BLACK_HOLE_UP(true),
    BLACK_HOLE_DOWN(true),
    REFUSED(true),
    RESET(true),
    ENDED(true),
    CUT_GOING_UP(true),
    CUT_GOING_DOWN(true),
    FORGOTTEN_AT_THE_AGENT(true),
    FORGOTTEN_AT_THE_CENTER(true);

    private final boolean loss;

    LinkFault(boolean loss) {
        this.loss = loss;
    }

    static LinkFault any(Random random) {
        return values()[random.nextInt(values().length)];
    }

    /** Whether the connection does not outlive it, when it lasts. */
    boolean isLoss() {
        return loss;
    }

    void begin(FaultProxy proxy, Random random) {
        switch (this) {
            case LATENCY -> proxy.latency(Duration.ofMillis(random.nextInt(200)));
            case THROTTLE -> proxy.throttle(10_000 + random.nextInt(50_000));
            case FREEZE -> proxy.freeze();
            case BLACK_HOLE -> proxy.blackHole();
            case BLACK_HOLE_UP -> proxy.blackHole(Side.TARGET);
            case BLACK_HOLE_DOWN -> proxy.blackHole(Side.CLIENT);
            case REFUSED -> {
                proxy.refuse();
                proxy.cut();
            }
            case RESET -> proxy.cut();
            case ENDED -> proxy.end();
            case CUT_GOING_UP -> proxy.cutAfter(Side.TARGET, 1 + random.nextInt(5_000));
            case CUT_GOING_DOWN -> proxy.cutAfter(Side.CLIENT, 1 + random.nextInt(2_000));
            case FORGOTTEN_AT_THE_AGENT -> proxy.forget(Side.CLIENT);
            case FORGOTTEN_AT_THE_CENTER -> proxy.forget(Side.TARGET);
        }
    }
}

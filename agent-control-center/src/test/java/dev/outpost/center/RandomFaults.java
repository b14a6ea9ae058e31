package dev.outpost.center;

import dev.outpost.agent.testkit.FaultProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Faults one after the other, two at a time, at random; several agents side by side, half of them with a disk. */
final class RandomFaults {

    private static final long SEED = Long.getLong("outpost.link.seed", 20_261_122);
    private static final int RIGS = 4;
    private static final int ROUNDS = Integer.getInteger("outpost.link.rounds", 5);

    private RandomFaults() {}

    static void run(List<Wires> ways, Path directory) throws Exception {
        System.out.println("-Doutpost.link.seed=" + SEED);
        InParallel.run(RIGS, index -> {
            Random random = new Random(SEED + index);
            List<Set<LinkFault>> story = new ArrayList<>();
            try (LinkRig rig = LinkRig.start(ways, index % 2 == 0 ? directory : null)) {
                for (int round = 0; round < ROUNDS; round++) {
                    Set<LinkFault> faults = EnumSet.of(LinkFault.any(random), LinkFault.any(random));
                    story.add(faults);
                    round(rig, faults, random);
                }
                rig.verify();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + SEED + ", rig " + index + ", faults " + story + ": " + e.getMessage(), e);
            }
        });
    }

    private static void round(LinkRig rig, Set<LinkFault> faults, Random random) {
        long before = rig.lost();
        int ways = rig.proxies().size();
        int way = random.nextInt(ways == 1 ? 1 : ways + 1);
        boolean everywhere = ways == 1 || way == ways;
        List<FaultProxy> broken =
                everywhere ? rig.proxies() : List.of(rig.proxies().get(way));
        faults.forEach(fault -> broken.forEach(proxy -> fault.begin(proxy, random)));
        if (everywhere && random.nextInt(3) == 0 && faults.stream().anyMatch(LinkFault::isLoss)) {
            rig.awaitLoss(before);
        } else {
            rig.awaitHeartbeatsOrLoss(random.nextInt(5), before);
        }
        if (!everywhere
                && !faults.contains(LinkFault.THROTTLE)) { // that may be too narrow, and still no reason to leave
            rig.awaitProgress(); // on the other way, if need be
        }
        rig.each(FaultProxy::heal);
        rig.awaitProgress();
    }
}

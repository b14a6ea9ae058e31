package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;

/**
 * Is given to many, and answered once when all of them have answered: kept if all have kept it. Of several reasons why it is
 * broken, that something was given up counts least. Control loop only.
 */
public final class JointPromise implements Promise {

    private final Promise joint;
    private int missing;
    private String broken = "";

    /** For so many; with none it is kept at once. */
    public JointPromise(int parties, Promise joint) {
        this.joint = joint;
        this.missing = parties;
        if (parties == 0) {
            joint.kept();
        }
    }

    @Override
    public void kept() {
        settle();
    }

    @Override
    public void broken(String reason) {
        if (broken.isEmpty() || reason.equals(Chain.SPOOL_FAILED) || reason.equals(Chain.CLOSED)) {
            broken = reason;
        }
        settle();
    }

    private void settle() {
        if (--missing > 0) {
            return;
        }
        if (broken.isEmpty()) {
            joint.kept();
        } else {
            joint.broken(broken);
        }
    }
}

package dev.outpost.fuzz;

import dev.outpost.agent.internal.spool.FuzzSpoolFiles;
import dev.outpost.agent.transport.websocket.FuzzJson;
import dev.outpost.center.internal.FuzzGunzip;
import java.util.Arrays;

/** All decoders in one process: the first byte says which. For a short run, in which starting each would take most of the time. */
public final class FuzzEverything {

    private static final Target[] TARGETS = {
        FuzzAgentMessages::fuzzerTestOneInput,
        FuzzCenterMessages::fuzzerTestOneInput,
        FuzzOtlp::fuzzerTestOneInput,
        FuzzJson::fuzzerTestOneInput,
        FuzzCron::fuzzerTestOneInput,
        FuzzTlsFiles::fuzzerTestOneInput,
        FuzzSpoolFiles::fuzzerTestOneInput,
        FuzzGunzip::fuzzerTestOneInput
    };

    private FuzzEverything() {}

    private interface Target {
        void run(byte[] input) throws Exception;
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length > 0) {
            TARGETS[(input[0] & 0xff) % TARGETS.length].run(Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /** The input that leads to a target with {@code input}. */
    static byte[] forTarget(int target, byte[] input) {
        byte[] all = new byte[1 + input.length];
        all[0] = (byte) target;
        System.arraycopy(input, 0, all, 1, input.length);
        return all;
    }
}

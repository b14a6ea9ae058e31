package dev.outpost.agent.internal.session;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All addresses of this host in one line: another one when a cable is pulled, a tunnel comes up, or a lease changes. */
final class NetworkAddresses implements Supplier<String> {

    @Override
    public String get() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(NetworkAddresses::isUp)
                    .flatMap(each ->
                            each.inetAddresses().map(address -> each.getName() + "=" + address.getHostAddress()))
                    .sorted()
                    .collect(Collectors.joining(" "));
        } catch (SocketException e) {
            return "unknown"; // some systems have no interfaces at times
        }
    }

    private static boolean isUp(NetworkInterface each) {
        try {
            return each.isUp() && !each.isLoopback();
        } catch (SocketException e) {
            return false; // it is gone while we look at it
        }
    }
}

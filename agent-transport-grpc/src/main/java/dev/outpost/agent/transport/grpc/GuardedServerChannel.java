package dev.outpost.agent.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/** Accepts connections, and drops at once those that the door is shut to. */
final class GuardedServerChannel extends NioServerSocketChannel {

    private final Door door;

    GuardedServerChannel(Door door) {
        this.door = door;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        if (count > 0 && accepted.get(accepted.size() - 1) instanceof SocketChannel channel && !door.opensTo(channel)) {
            accepted.remove(accepted.size() - 1);
            channel.unsafe().closeForcibly();
            return 0; // the next one is there in the next round
        }
        return count;
    }
}

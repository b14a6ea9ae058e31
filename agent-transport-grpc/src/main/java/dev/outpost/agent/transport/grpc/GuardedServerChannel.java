package dev.outpost.agent.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accepts connections, drops at once those that the door is shut to, and lets the others in when it is their turn. */
final class GuardedServerChannel extends NioServerSocketChannel {

    private final Door door;
    private final EventLoopGroup serving;
    private @Nullable WaitingRoom room;

    GuardedServerChannel(Door door, EventLoopGroup serving) {
        this.door = door;
        this.serving = serving;
    }

    /** None is given to the pipeline here: it is in its turn, which may be at once. */
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        for (Object each : accepted) {
            if (each instanceof SocketChannel channel && !door.opensTo(channel, room())) {
                channel.unsafe().closeForcibly();
            }
        }
        accepted.clear();
        return count;
    }

    private WaitingRoom room() {
        WaitingRoom present = room;
        if (present == null) {
            present = door.newRoom(eventLoop(), serving, this::letIn);
            room = present;
        }
        return present;
    }

    private void letIn(SocketChannel channel) {
        door.enters(channel);
        pipeline().fireChannelRead(channel);
        pipeline().fireChannelReadComplete();
    }

    @Override
    protected void doClose() throws Exception {
        WaitingRoom present = room;
        if (present != null) {
            present.close();
        }
        super.doClose();
    }
}

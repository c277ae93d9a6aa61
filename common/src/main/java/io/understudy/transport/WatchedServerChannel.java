package io.understudy.transport;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Accepts connections up to a limit for each address and for all, and watches the handshake of each. What is above the
 * limit is closed before a byte of it is read: it costs no memory and no handshake. All in the thread that accepts.
 */
final class WatchedServerChannel extends NioServerSocketChannel {
    static final int MOST = 256;
    static final int MOST_OF_ONE_ADDRESS = 16;

    private final RefusedPeers refused;
    private final Map<String, Integer> open = new HashMap<>();
    private int total;

    WatchedServerChannel(RefusedPeers refused) {
        this.refused = refused;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int before = accepted.size();
        int result = super.doReadMessages(accepted);
        for (int i = accepted.size() - 1; i >= before; i--) {
            Channel caller = (Channel) accepted.get(i);
            String address = PeerGuard.address(caller.remoteAddress());
            if (total >= MOST || open.getOrDefault(address, 0) >= MOST_OF_ONE_ADDRESS) {
                accepted.remove(i);
                refused.add(
                        address,
                        "too many connections: " + MOST_OF_ONE_ADDRESS + " of one address and " + MOST
                                + " together are the most");
                // Never registered with a loop, so closed as the socket that it is.
                caller.unsafe().closeForcibly();
            } else {
                count(address, caller);
            }
        }
        return result;
    }

    private void count(String address, Channel caller) {
        total++;
        open.merge(address, 1, Integer::sum);
        caller.pipeline().addFirst(new HandshakeWatch(address, refused));
        caller.closeFuture()
                .addListener(closed -> eventLoop().execute(() -> {
                    total--;
                    open.computeIfPresent(address, (key, count) -> count > 1 ? count - 1 : null);
                }));
    }
}

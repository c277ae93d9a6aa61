package io.understudy.transport;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.util.Optional;

/**
 * Reports why the handshake of a caller failed. It begins with the first bytes: a connection that sends none, as of a
 * monitor, is no handshake.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private final String address;
    private final RefusedPeers refused;

    HandshakeWatch(String address, RefusedPeers refused) {
        this.address = address;
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.handshakeFuture().addListener(handshake -> {
                if (!handshake.isSuccess()) {
                    Optional<String> why = HandshakeReason.of(handshake.cause());
                    refused.add(address, "unknown", why.orElse("it ended the connection in the handshake"));
                }
            });
        }
        context.pipeline().remove(this);
        super.channelRead(context, bytes);
    }
}

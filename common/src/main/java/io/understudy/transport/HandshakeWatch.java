package io.understudy.transport;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;

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
                    HandshakeReason.of(handshake.cause())
                            .ifPresent(why -> refused.add(address, ShownCertificate.names(handshake.cause()), why));
                }
            });
        }
        context.pipeline().remove(this);
        super.channelRead(context, bytes);
    }
}

package io.understudy.transport;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A gRPC server with one service, for listed peers. It says nothing of what it can do: no reflection, no health. */
public final class RpcServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final int THREADS = 2;

    private final InetSocketAddress address;
    private final Server server;
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(THREADS, DaemonThreads.named("grpc-io"), NioIoHandler.newFactory());
    private final ExecutorService workers = Executors.newCachedThreadPool(DaemonThreads.named("grpc"));

    RpcServer(
            InetSocketAddress address,
            NettyServerBuilder builder,
            BindableService service,
            PeerGuard guard,
            RefusedPeers refused) {
        this.address = address;
        this.server = builder.channelFactory(() -> new WatchedServerChannel(refused))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .addService(ServerInterceptors.intercept(service, guard))
                .executor(workers)
                .build();
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when the address can't be listened on */
    public RpcServer start() {
        try {
            server.start();
        } catch (IOException e) {
            close();
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + " for gRPC: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    "stop the program that listens there (ss -ltnp), which may be this agent, or set another listen address",
                    e);
        }
        return this;
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Refuses new calls, lets running ones end for three seconds, and ends the rest. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow().awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}

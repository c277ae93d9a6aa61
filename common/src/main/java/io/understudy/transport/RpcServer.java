package io.understudy.transport;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An agent's gRPC server with the standard health service and reflection. Its health is "serving" from {@link #start}
 * to {@link #close}, as a whole and for each service.
 */
public final class RpcServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final InetSocketAddress address;
    private final Server server;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService workers = Executors.newCachedThreadPool(DaemonThreads.named("grpc"));

    RpcServer(
            InetSocketAddress address,
            NettyServerBuilder builder,
            List<BindableService> open,
            List<BindableService> admin) {
        this.address = address;
        AdminGuard guard = new AdminGuard();
        open.forEach(builder::addService);
        admin.forEach(service -> builder.addService(ServerInterceptors.intercept(service, guard)));
        this.server = builder.addService(health.getHealthService())
                .addService(ServerInterceptors.intercept(ProtoReflectionServiceV1.newInstance(), guard))
                .executor(workers)
                .build();
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when the address can't be listened on */
    public RpcServer start() {
        try {
            server.start();
        } catch (IOException e) {
            workers.shutdownNow();
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + " for gRPC: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    "stop the program that listens there (ss -ltnp), which may be this agent, or set another listen address",
                    e);
        }
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
        server.getServices()
                .forEach(service ->
                        health.setStatus(service.getServiceDescriptor().getName(), ServingStatus.SERVING));
        return this;
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Refuses new calls, lets running ones end for three seconds, and ends the rest. */
    @Override
    public void close() {
        health.enterTerminalState();
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
    }
}

package io.understudy.transport;

import io.grpc.BindableService;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.understudy.config.HostPort;
import io.understudy.config.Settings.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * gRPC servers and channels of one host. With {@code tls} both sides show a certificate of the same authority. Without
 * it a server listens on the loopback address only, whatever {@code listen} says: anyone could follow and command it
 * otherwise.
 */
public final class Transport {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final int SHORTEST_KEEPALIVE_SECONDS = 5;
    private static final int LARGEST_MESSAGE = 1 << 20;
    private static final int LARGEST_HEADERS = 32 << 10;
    private static final int CONNECT_MILLIS = 2000;

    private final Optional<TlsFiles> tls;

    public Transport(Optional<TlsSettings> tls) {
        this.tls = tls.map(TlsFiles::new);
    }

    /**
     * A server that is not started yet.
     *
     * @param listen port 0 picks a free one
     * @param open services for anyone who reaches the server
     * @param admin services for callers on this host or with a client certificate
     * @throws UnderstudyException {@code CONFIG_INVALID} when the files of {@code tls} are of no use
     */
    public RpcServer server(HostPort listen, List<BindableService> open, List<BindableService> admin) {
        InetSocketAddress address = new InetSocketAddress(bindable(listen), listen.port());
        ServerCredentials credentials = tls.map(TlsFiles::server).orElseGet(InsecureServerCredentials::create);
        NettyServerBuilder builder = guarded(() -> NettyServerBuilder.forAddress(address, credentials))
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(SHORTEST_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS);
        return new RpcServer(address, builder, open, admin);
    }

    /** A channel to another server; it connects when it is used, and again when it was lost. Shut it down. */
    public ManagedChannel channel(HostPort target) {
        return builder(target).build();
    }

    /** A channel to the daemon of this host that is configured to listen there. Shut it down. */
    public ManagedChannel local(HostPort listen) {
        NettyChannelBuilder builder = builder(new HostPort(reachable(listen).getHostAddress(), listen.port()))
                .proxyDetector(address -> null);
        tls.map(TlsFiles::ownName).ifPresent(builder::overrideAuthority);
        return builder.build();
    }

    /** Whether anything listens where the daemon of this host is configured to listen. */
    public boolean listening(HostPort listen) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(reachable(listen), listen.port()), CONNECT_MILLIS);
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            LOG.debug("unexpected answer at {}", listen, e);
            return true;
        }
    }

    /** Whether anything listens there on another server; waits for two seconds at most. */
    public static boolean answers(HostPort target) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            LOG.debug("no answer from {}", target, e);
            return false;
        }
    }

    /**
     * Whether peers of the same authority would accept this server's certificate now.
     *
     * @return when it expires; empty without {@code tls}
     * @throws UnderstudyException {@code CONFIG_INVALID} when they would not, with the reason
     */
    public Optional<Instant> requireAccepted(Instant now) {
        tls.ifPresent(files -> files.requireAccepted(now));
        return certificateExpiry();
    }

    /** When this server's certificate expires; empty without {@code tls}. */
    public Optional<Instant> certificateExpiry() {
        return tls.map(TlsFiles::expiry);
    }

    /** The same for a gauge: a Unix timestamp in seconds, read each time; NaN while it can't be read. */
    public double certificateExpirySeconds() {
        try {
            return certificateExpiry()
                    .map(moment -> (double) moment.getEpochSecond())
                    .orElse(Double.NaN);
        } catch (UnderstudyException e) {
            LOG.debug("the certificate can't be read", e);
            return Double.NaN;
        }
    }

    private NettyChannelBuilder builder(HostPort target) {
        ChannelCredentials credentials = tls.map(TlsFiles::channel).orElseGet(InsecureChannelCredentials::create);
        return guarded(() -> NettyChannelBuilder.forTarget("dns:///" + target, credentials))
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .disableRetry();
    }

    private InetAddress bindable(HostPort listen) {
        InetAddress wanted = resolve(listen.host());
        if (tls.isPresent() || wanted.isLoopbackAddress()) {
            return wanted;
        }
        LOG.warn(
                "listening on {} only, not on {}: without tls anyone who reaches the port could follow and command this agent",
                InetAddress.getLoopbackAddress().getHostAddress(),
                listen.host());
        return InetAddress.getLoopbackAddress();
    }

    private InetAddress reachable(HostPort listen) {
        InetAddress address = resolve(listen.host());
        boolean elsewhere = tls.isEmpty() && !address.isLoopbackAddress();
        return address.isAnyLocalAddress() || elsewhere ? InetAddress.getLoopbackAddress() : address;
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot listen on " + host + ": no such host",
                    "name an address of this server",
                    e);
        }
    }

    /** gRPC throws argument errors for credentials that it does not like. */
    private <T> T guarded(Supplier<T> builder) {
        try {
            return builder.get();
        } catch (IllegalArgumentException e) {
            throw tls.map(files -> files.unusable(e)).orElseThrow(() -> e);
        }
    }
}

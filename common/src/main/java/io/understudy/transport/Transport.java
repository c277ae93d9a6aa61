package io.understudy.transport;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * gRPC servers and channels between two hosts. With {@code tls} both sides show a certificate of the same authority,
 * over TLS 1.3, and a server takes calls of listed peers alone. Without it a server listens on the loopback address
 * only, whatever {@code listen} says.
 */
public final class Transport {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final int SHORTEST_KEEPALIVE_SECONDS = 5;
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int IDLE_SECONDS = 300;
    private static final int CALLS_PER_CONNECTION = 4;
    private static final int RESETS = 100;
    private static final int RESET_WINDOW_SECONDS = 60;
    private static final int LARGEST_MESSAGE = 16 << 10;
    private static final int LARGEST_HEADERS = 8 << 10;
    private static final int CONNECT_MILLIS = 2000;

    private final Optional<TlsFiles> tls;

    public Transport(Optional<TlsSettings> tls) {
        this.tls = tls.map(TlsFiles::new);
    }

    /**
     * A server that is not started yet.
     *
     * @param listen port 0 picks a free one
     * @param peers names of certificates that may call; without TLS each process of this host may
     * @param refused receives those that may not; all are refused while the files of {@code tls} are of no use
     * @throws UnderstudyException {@code CONFIG_INVALID} when there is no such host
     */
    public RpcServer server(HostPort listen, BindableService service, Collection<String> peers, RefusedPeers refused) {
        InetSocketAddress address = new InetSocketAddress(bindable(listen), listen.port());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(SHORTEST_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .maxRstFramesPerWindow(RESETS, RESET_WINDOW_SECONDS)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS);
        tls.ifPresent(files -> {
            builder.sslContext(files.server());
            reportUnusable(files, refused);
        });
        return new RpcServer(address, builder, service, new PeerGuard(tls.isPresent(), peers, refused), refused);
    }

    /** Said at once, for the first standby may come much later. */
    private static void reportUnusable(TlsFiles files, RefusedPeers refused) {
        try {
            files.requireUsable();
        } catch (UnderstudyException e) {
            refused.all(e.getMessage());
        }
    }

    /** Whether both sides show certificates. */
    public boolean isSecure() {
        return tls.isPresent();
    }

    /**
     * A channel to another server; it connects when it is used, and again when it was lost. Shut it down.
     *
     * @throws UnderstudyException {@code TLS_UNUSABLE}
     */
    public ManagedChannel channel(HostPort target) {
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget(PeerAddresses.target(target))
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .disableRetry();
        tls.map(TlsFiles::channel).ifPresentOrElse(builder::sslContext, builder::usePlaintext);
        return builder.build();
    }

    /**
     * Makes a handshake with another server, and looks whether it lets this one follow; waits for five seconds at most.
     *
     * @throws UnderstudyException {@code PEER_REFUSED} when one side refuses the other, {@code AGENT_UNREACHABLE} when
     *     none answers, {@code TLS_UNUSABLE}
     */
    public void requireAcceptedBy(HostPort target) {
        PeerProbe.requireAccepted(target, channel(target));
    }

    /** The names that this server's certificate is for; empty without {@code tls}. */
    public Set<String> names() {
        return tls.map(TlsFiles::names).orElse(Set.of());
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
     * @throws UnderstudyException {@code TLS_UNUSABLE} when they would not, with the reason
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

    private InetAddress bindable(HostPort listen) {
        InetAddress wanted = resolve(listen.host());
        if (tls.isPresent() || wanted.isLoopbackAddress()) {
            return wanted;
        }
        LOG.warn(
                "listening on {} only, not on {}: without tls anyone who reaches the port could follow this agent",
                InetAddress.getLoopbackAddress().getHostAddress(),
                listen.host());
        return InetAddress.getLoopbackAddress();
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
}

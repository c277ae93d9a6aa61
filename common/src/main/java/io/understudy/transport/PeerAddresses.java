package io.understudy.transport;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.understudy.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the addresses of another server. Of several those are left out where nothing listens while something listens at
 * another: gRPC tries one after the other and reports how the last one failed. So a refused handshake would hide behind
 * a refused connection, as where a name has an IPv6 address, too, and the agent there listens on IPv4 alone.
 */
final class PeerAddresses extends NameResolverProvider {
    private static final String SCHEME = "understudy-peer";
    private static final int CONNECT_MILLIS = 2000;
    private static final int PRIORITY = 5;

    static {
        NameResolverRegistry.getDefaultRegistry().register(new PeerAddresses());
    }

    /** Finds what a name stands for. */
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private PeerAddresses() {}

    /** What a channel to that server is made for. */
    static String target(HostPort peer) {
        return SCHEME + ":///" + peer;
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return PRIORITY;
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        if (!SCHEME.equals(target.getScheme())) {
            return null;
        }
        return new Resolver(
                HostPort.parse(target.getPath().substring(1)),
                InetAddress::getAllByName,
                Objects.requireNonNull(args.getOffloadExecutor()),
                args.getSynchronizationContext());
    }

    /** Looks when it is started, and again each time when a connection failed. */
    static final class Resolver extends NameResolver {
        private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

        private final HostPort peer;
        private final Lookup lookup;
        private final Executor looking;
        private final Executor reporting;
        private Listener2 listener;
        private boolean busy;

        /** @param reporting runs what it is given one after the other, and calls the methods of this too */
        Resolver(HostPort peer, Lookup lookup, Executor looking, Executor reporting) {
            this.peer = peer;
            this.lookup = lookup;
            this.looking = looking;
            this.reporting = reporting;
        }

        @Override
        public String getServiceAuthority() {
            return peer.toString();
        }

        @Override
        public void start(Listener2 added) {
            listener = added;
            refresh();
        }

        @Override
        public void refresh() {
            if (busy || listener == null) {
                return;
            }
            busy = true;
            looking.execute(() -> {
                StatusOr<List<EquivalentAddressGroup>> found = look();
                reporting.execute(() -> {
                    busy = false;
                    if (listener != null) {
                        listener.onResult2(ResolutionResult.newBuilder()
                                .setAddressesOrError(found)
                                .build());
                    }
                });
            });
        }

        private StatusOr<List<EquivalentAddressGroup>> look() {
            try {
                List<InetSocketAddress> all = Arrays.stream(lookup.all(peer.host()))
                        .map(address -> new InetSocketAddress(address, peer.port()))
                        .toList();
                List<InetSocketAddress> listening = all.size() == 1
                        ? all
                        : all.stream().filter(Resolver::listens).toList();
                return StatusOr.fromValue((listening.isEmpty() ? all : listening)
                        .stream().map(EquivalentAddressGroup::new).toList());
            } catch (UnknownHostException e) {
                return StatusOr.fromStatus(Status.UNAVAILABLE
                        .withDescription("unknown host " + peer.host())
                        .withCause(e));
            }
        }

        private static boolean listens(InetSocketAddress address) {
            try (Socket socket = new Socket()) {
                socket.connect(address, CONNECT_MILLIS);
                return true;
            } catch (IOException e) {
                LOG.debug("nothing listens at {}", address, e);
                return false;
            }
        }

        @Override
        public void shutdown() {
            listener = null;
        }
    }
}

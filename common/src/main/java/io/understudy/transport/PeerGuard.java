package io.understudy.transport;

import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Lets a call of a listed peer pass: a name of its certificate is in the list, letter by letter. A certificate of the
 * authority is not enough, and a wildcard in it is no name. Without TLS each call passes, as one of an unknown peer.
 */
final class PeerGuard implements ServerInterceptor {
    private final boolean tls;
    private final Set<String> listed;
    private final RefusedPeers refused;

    PeerGuard(boolean tls, Collection<String> listed, RefusedPeers refused) {
        this.tls = tls;
        this.listed = listed.stream().map(PeerNames::normal).collect(Collectors.toUnmodifiableSet());
        this.refused = refused;
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        String address = address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        if (!tls) {
            return Contexts.interceptCall(new Peer(Peer.LOOPBACK, address, false).inContext(), call, headers, next);
        }
        Set<String> names = names(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        Optional<String> name = names.stream().filter(listed::contains).findFirst();
        if (name.isPresent()) {
            refused.called(name.get());
            return Contexts.interceptCall(new Peer(name.get(), address, true).inContext(), call, headers, next);
        }
        refused.add(
                address, names, "its certificate is for " + shown(names) + ", which primary.replicas does not list");
        StatusRuntimeException status = RpcFailures.toStatus(new UnderstudyException(
                ErrorCode.PEER_REFUSED,
                "cannot follow the primary: its primary.replicas lists none of the names of this server's certificate ("
                        + shown(names) + ")",
                "add one of them to primary.replicas on the primary, and restart its agent"));
        call.close(status.getStatus(), status.getTrailers());
        return new ServerCall.Listener<>() {};
    }

    private static Set<String> names(SSLSession session) {
        try {
            return session == null ? Set.of() : PeerNames.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return Set.of();
        }
    }

    private static String shown(Set<String> names) {
        return names.isEmpty() ? "no DNS name or address" : PlainText.of(String.join(", ", names));
    }

    static String address(SocketAddress remote) {
        return remote instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : String.valueOf(remote);
    }
}

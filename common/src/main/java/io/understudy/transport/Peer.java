package io.understudy.transport;

import io.grpc.Context;
import java.util.Collection;

/**
 * Who is at the other end of a call.
 *
 * @param name the listed name that its certificate carries; {@code loopback} without TLS
 * @param address where it calls from
 * @param known whether a certificate shows who it is
 */
public record Peer(String name, String address, boolean known) {
    /** Of a process on this host, without TLS: it may be anyone. */
    public static final String LOOPBACK = "loopback";

    private static final Context.Key<Peer> KEY = Context.key("understudy-peer");
    private static final Peer UNKNOWN = new Peer(LOOPBACK, "unknown", false);

    /** Of the call that this thread works on. */
    public static Peer current() {
        Peer peer = KEY.get();
        return peer == null ? UNKNOWN : peer;
    }

    /** Whether its certificate shows it to be one of these servers, named as in {@code primary.replicas}. */
    public boolean isOneOf(Collection<String> listed) {
        return known && listed.stream().map(PeerNames::normal).anyMatch(name::equals);
    }

    /** The context of this thread, with this peer. */
    public Context inContext() {
        return Context.current().withValue(KEY, this);
    }

    @Override
    public String toString() {
        return name + " at " + address;
    }
}

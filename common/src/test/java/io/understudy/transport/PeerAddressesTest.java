package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.understudy.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
    private final List<ResolutionResult> results = new ArrayList<>();
    private final Listener2 listener = new Listener2() {
        @Override
        public void onResult(ResolutionResult result) {
            results.add(result);
        }

        @Override
        public void onError(Status error) {
            throw new AssertionError(error);
        }
    };

    @Test
    void whereNothingListensIsLeftOutWhileSomethingListensElsewhere() throws IOException {
        try (ServerSocket there = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.2"))) {
            start(there.getLocalPort(), "127.0.0.2", "127.0.0.3");
            start(there.getLocalPort(), "127.0.0.3", "127.0.0.2");
        }
        assertThat(found()).containsExactly(List.of("127.0.0.2"), List.of("127.0.0.2"));
    }

    @Test
    void allAreTriedWhereNothingListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.2"))) {
            free = socket.getLocalPort();
        }
        start(free, "127.0.0.2", "127.0.0.3");
        assertThat(found()).containsExactly(List.of("127.0.0.2", "127.0.0.3"));
    }

    @Test
    void isLookedUpAgainAfterAFailureAndNotBehindItsEnd() {
        PeerAddresses.Resolver resolver = start(1, "127.0.0.2");
        resolver.refresh();
        assertThat(results).hasSize(2);
        resolver.shutdown();
        resolver.refresh();
        assertThat(results).hasSize(2);
    }

    @Test
    void anUnknownNameIsSaid() {
        PeerAddresses.Resolver resolver = new PeerAddresses.Resolver(
                new HostPort("nowhere.example.net", 1),
                host -> {
                    throw new UnknownHostException(host);
                },
                Runnable::run,
                Runnable::run);
        resolver.start(listener);
        assertThat(results.get(0).getAddressesOrError().getStatus().getDescription())
                .isEqualTo("unknown host nowhere.example.net");
        assertThat(resolver.getServiceAuthority()).isEqualTo("nowhere.example.net:1");
    }

    private PeerAddresses.Resolver start(int port, String... addresses) {
        InetAddress[] all = Stream.of(addresses).map(PeerAddressesTest::address).toArray(InetAddress[]::new);
        PeerAddresses.Resolver resolver = new PeerAddresses.Resolver(
                new HostPort("a.example.net", port), host -> all, Runnable::run, Runnable::run);
        resolver.start(listener);
        return resolver;
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private List<List<String>> found() {
        return results.stream()
                .map(result -> result.getAddressesOrError().getValue().stream()
                        .map(EquivalentAddressGroup::getAddresses)
                        .map(one ->
                                ((InetSocketAddress) one.get(0)).getAddress().getHostAddress())
                        .toList())
                .toList();
    }
}

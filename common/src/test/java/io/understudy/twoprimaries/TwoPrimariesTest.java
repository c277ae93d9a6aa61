package io.understudy.twoprimaries;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.FailoverSettings.Peer;
import io.understudy.dns.DnsLook;
import io.understudy.dns.DnsLook.Answer;
import io.understudy.dns.DnsLook.Says;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.testing.FakeTicker;
import io.understudy.twoprimaries.Sign.Source;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TwoPrimariesTest {
    private final FakeTicker time = new FakeTicker();
    private final List<Event> events = new ArrayList<>();
    private final Metrics metrics = new Metrics("example", "primary", "0.1.0");
    private final TwoPrimaries two =
            new TwoPrimaries(new Events(time.clock(), (event, at) -> events.add(event)), metrics, time.clock());

    @Test
    void reportsTheFirstSignEachFurtherPlaceAndTheEnd() {
        two.seen(Source.STORE, Optional.of("epoch 2 was claimed by b"));
        two.seen(Source.STORE, Optional.of("epoch 2 was claimed by b"));
        two.seen(Source.DNS, Optional.of("DNS says B"));
        assertThat(metrics.scrape()).contains("understudy_two_primaries{role=\"primary\",site=\"example\"} 1.0");
        two.seen(Source.STORE, Optional.empty());
        two.seen(Source.DNS, Optional.empty());
        two.seen(Source.DNS, Optional.empty());

        assertThat(events)
                .containsExactly(
                        new CommonEvent.TwoPrimaries("store: epoch 2 was claimed by b"),
                        new CommonEvent.TwoPrimaries("store: epoch 2 was claimed by b; dns: DNS says B"),
                        new CommonEvent.OnePrimary());
        assertThat(metrics.scrape()).contains("understudy_two_primaries{role=\"primary\",site=\"example\"} 0.0");
    }

    @Test
    void aServerThatBecomesAStandbyHasNoSigns() {
        two.seen(Source.GRPC, Optional.of("b reports that it is in production"));
        two.standby();

        assertThat(two.signs()).isEmpty();
        assertThat(events).last().isEqualTo(new CommonEvent.OnePrimary());
    }

    @Test
    void keepsSinceWhenASignIsSeen() {
        two.seen(Source.STORE, Optional.of("epoch 2 was claimed by b"));
        time.advance(Duration.ofMinutes(5));
        two.seen(Source.STORE, Optional.of("epoch 3 was claimed by c"));

        assertThat(two.signs())
                .containsExactly(new Sign(
                        Source.STORE, "epoch 3 was claimed by c", time.now().minus(Duration.ofMinutes(5))));
    }

    private Optional<DnsLook> dns(Says says) {
        return Optional.of(new DnsLook(
                time.now(),
                End.PRIMARY,
                List.of("192.0.2.10"),
                List.of(new Answer(
                        "www.example.org",
                        "192.0.2.53:53",
                        says,
                        List.of("198.51.100.10"),
                        Optional.of(60L),
                        says == Says.UNKNOWN ? Optional.of("no answer") : Optional.empty()))));
    }

    @Test
    void namesThatWereMovedAwayAreASign() {
        DnsSign sign = new DnsSign(time);

        assertThat(sign.of(false, dns(Says.PRIMARY))).isEmpty();
        assertThat(sign.of(false, dns(Says.UNKNOWN))).isEmpty();
        assertThat(sign.of(false, dns(Says.STANDBY)))
                .hasValue("DNS says 198.51.100.10 (standby), marker says 192.0.2.10 (primary)");
        assertThat(sign.of(false, dns(Says.PRIMARY))).isEmpty();
    }

    @Test
    void namesThatAreYetToBeMovedHereAreNone() {
        DnsSign sign = new DnsSign(time);

        assertThat(sign.of(true, dns(Says.STANDBY))).isEmpty();
        assertThat(sign.of(false, dns(Says.STANDBY))).isEmpty();
        time.advance(DnsSign.LONGEST_SWITCH.minusSeconds(1));
        assertThat(sign.of(false, dns(Says.STANDBY))).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(sign.of(false, dns(Says.STANDBY))).isPresent();
        assertThat(sign.of(true, dns(Says.STANDBY))).isEmpty();
    }

    @Test
    void asksTheOtherSiteWhetherItIsInProduction() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/mode", exchange -> {
            byte[] text = "mode: production".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(exchange.getRequestURI().getQuery().contains("down") ? 503 : 200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/mode";
        try {
            assertThat(site(address + "?token=canary", Optional.empty()))
                    .hasValue(address + " says that it is in production");
            assertThat(site(address + "?token=canary", Optional.of("production")))
                    .isPresent();
            assertThat(site(address + "?token=canary", Optional.of("mode: backup")))
                    .isEmpty();
            assertThat(site(address + "?down", Optional.empty())).isEmpty();
        } finally {
            server.stop(0);
        }
        assertThat(site(address + "?token=canary", Optional.empty())).isEmpty();
    }

    private static Optional<String> site(String url, Optional<String> production) {
        return new PeerSite(new Peer(URI.create(url), production), Duration.ofSeconds(5)).production();
    }
}

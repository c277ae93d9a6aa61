package io.understudy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.understudy.config.DnsSettings;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.DnsSettings.Switching;
import io.understudy.config.HostPort;
import io.understudy.dns.DnsLook.Says;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metrics;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsGuardTest {
    private static final String NAME = "www.example.org";
    private static final String A = "192.0.2.10";
    private static final String B = "198.51.100.10";

    private final FakeTicker time = new FakeTicker();
    private final FakeNameServer one = new FakeNameServer();
    private final FakeNameServer two = new FakeNameServer();
    private final List<Event> events = new ArrayList<>();
    private boolean marker;
    private Duration timeout = Duration.ofSeconds(60);

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private DnsSettings settings(List<String> primary, List<String> standby) {
        return new DnsSettings(
                List.of(NAME),
                List.of(one.address(), two.address()),
                List.of(),
                End.STANDBY,
                primary,
                standby,
                Duration.ofSeconds(60),
                timeout,
                new Switching(List.of(), Duration.ofSeconds(10), Optional.empty(), Optional.empty()));
    }

    private DnsLook look() {
        return new DnsGuard(settings(List.of(A), List.of(B)), time.clock()).look(marker);
    }

    private void both(String... values) {
        one.set(NAME, values);
        two.set(NAME, values);
    }

    @Test
    void agreesWithTheMarkerOfAStandbyWhileTheNamesPointToThePrimary() {
        marker = true;
        both(A);

        assertThat(look().agrees()).isTrue();
        assertThat(look().text()).isEqualTo("DNS and marker say 192.0.2.10 (primary)");
        assertThat(look().ttlSeconds()).isZero();
    }

    @Test
    void saysWhoSaysWhatAndForHowLongWhereTheyDoNotAgree() {
        both(A);

        assertThat(look().agrees()).isFalse();
        assertThat(look().isOpposite()).isTrue();
        assertThat(look().text())
                .isEqualTo(
                        "DNS says 192.0.2.10 (primary), marker says 198.51.100.10 (standby); caches may keep that for 240 s");
    }

    @Test
    void namesTheOneResolverThatDisagrees() {
        one.set(NAME, B);
        two.set(NAME, A);

        assertThat(look().agrees()).isFalse();
        assertThat(look().isOpposite()).isFalse();
        assertThat(look().text())
                .startsWith("DNS says 192.0.2.10 (primary) at " + two.address() + ", marker says 198.51.100.10");
    }

    @Test
    void moreAddressesThanExpectedAreOfNeitherServer() {
        both(B, "2001:db8::10");

        assertThat(look().answers()).extracting(DnsLook.Answer::says).containsOnly(Says.OTHER);
        assertThat(look().text()).contains("2001:db8:0:0:0:0:0:10").contains("of neither server");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.10 198.51.100.10, BOTH", "203.0.113.1, OTHER", "192.0.2.10, PRIMARY", "198.51.100.10, STANDBY"
    })
    void knowsWhoseValuesTheyAre(String values, Says says) {
        both(values.split(" "));

        assertThat(look().answers()).extracting(DnsLook.Answer::says).containsOnly(says);
    }

    @Test
    void aNameThatIsNotThereHasNothing() {
        assertThat(look().answers()).extracting(DnsLook.Answer::says).containsOnly(Says.NOTHING);
        assertThat(look().text()).startsWith("DNS says nothing, marker says 198.51.100.10");
    }

    @Test
    void readsBothKindsOfAddresses() {
        both(B, "2001:db8::10");
        DnsLook look =
                new DnsGuard(settings(List.of(A), List.of("2001:db8:0:0:0:0:0:10", B)), time.clock()).look(false);

        assertThat(look.agrees()).isTrue();
    }

    @Test
    void followsNoCnameAndComparesItsTarget() {
        both("b.example.net");
        DnsLook look =
                new DnsGuard(settings(List.of("a.example.net"), List.of("b.example.net")), time.clock()).look(false);

        assertThat(look.agrees()).isTrue();
        assertThat(look.answers().get(0).values()).containsExactly("b.example.net");
    }

    @Test
    void asksOverTcpWhatDoesNotFit() {
        both(B);
        one.manner = FakeNameServer.Manner.TRUNCATED;

        assertThat(look().agrees()).isTrue();
    }

    @Test
    void passesOverAnswersToOtherQuestions() {
        both(B);
        one.manner = FakeNameServer.Manner.AFTER_STRANGERS;

        assertThat(look().answers()).allMatch(each -> each.error().isEmpty());
        assertThat(look().agrees()).isTrue();
    }

    @Test
    void aResolverThatIsSilentIsNamedAndDecidesNothing() {
        both(B);
        one.manner = FakeNameServer.Manner.SILENT;
        timeout = Duration.ofSeconds(1);

        DnsLook look = look();

        assertThat(look.agrees()).isTrue();
        assertThat(look.text()).endsWith("; no answer of " + one.address());
        assertThat(look.silent().get(0).error()).hasValue("no answer within 1000 ms");
        // A datagram that was lost is sent once more.
        await().untilAsserted(() -> assertThat(one.questions).isEqualTo(2));
    }

    @Test
    void whatIsNoMessageIsNoAnswer() {
        one.manner = FakeNameServer.Manner.GARBAGE;

        assertThat(look().silent()).hasSize(1);
    }

    @Test
    void aRefusalIsNoAnswer() {
        both(B);
        one.code = 2;
        two.code = 5;

        assertThat(look().isKnown()).isFalse();
        assertThat(look().agrees()).isFalse();
        assertThat(look().text())
                .isEqualTo(
                        "no resolver answers: " + one.address() + ": no answer for " + NAME + ": it answers SERVFAIL");
        assertThat(look().silent().get(1).error()).hasValue("it answers REFUSED");
    }

    @Test
    void aPortWithoutServerIsSaidAtOnce() {
        HostPort nothing = one.address();
        DnsGuard guard = new DnsGuard(settings(List.of(A), List.of(B)), time.clock());
        one.close();

        assertThat(guard.look(false).silent())
                .extracting(DnsLook.Answer::server, each -> each.error().orElseThrow())
                .containsExactly(tuple(nothing.toString(), "nothing answers at this address"));
    }

    private DnsWatch watch(boolean ofStandby) {
        return new DnsWatch(
                new DnsGuard(settings(List.of(A), List.of(B)), time.clock()),
                () -> {
                    if (markerFails) {
                        throw new UnderstudyException(ErrorCode.FILE_FAILED, "cannot look", "mount it");
                    }
                    return marker;
                },
                () -> fenced,
                ofStandby,
                Duration.ofMinutes(1),
                new Events(time.clock(), (event, at) -> events.add(event)),
                metrics);
    }

    private final Metrics metrics = new Metrics("example", "primary", "0.1.0");
    private boolean markerFails;
    private boolean fenced;

    @Test
    void reportsOnceThatTheyDisagreeAndOnceThatTheyAgreeAgain() {
        DnsWatch watch = watch(false);
        both(A);
        watch.look();
        one.ttl = 100;
        two.ttl = 100;
        watch.look();
        both(B);
        watch.look();
        watch.look();

        assertThat(events).extracting(Event::code).containsExactly("dns_disagrees", "dns_agrees");
        assertThat(((CommonEvent.DnsDisagrees) events.get(0)).look()).startsWith("DNS says 192.0.2.10 (primary)");
        assertThat(metrics.scrape()).contains("understudy_dns_agrees{role=\"primary\",site=\"example\"} 1.0");
    }

    /** There the names point where they are to, and who reads the log must not move them back. */
    @Test
    void aServerThatIsFencedIsNotAskedToPointTheNamesToItself() {
        DnsWatch watch = watch(false);
        both(A);
        watch.look();
        fenced = true;
        watch.look();
        watch.look();

        assertThat(events).extracting(Event::code).containsExactly("dns_disagrees", "dns_disagrees");
        assertThat(events.get(0).hint())
                .contains("unless the other server is the primary", "agent-replica dns --switch")
                .doesNotContain("fenced");
        assertThat(events.get(1).hint())
                .contains("this server is fenced, so leave the names where they point", "agent-replica rejoin")
                .doesNotContain("--switch");
    }

    /** The names may point to it for someone moved them there; what it must not do is to keep them. */
    @Test
    void aStandbyIsNotAskedToPointTheNamesToItself() {
        marker = true;
        DnsWatch watch = watch(true);
        both(B);
        watch.look();
        fenced = true;
        watch.look();

        assertThat(events).extracting(Event::code).containsExactly("dns_disagrees");
        assertThat(events.get(0).hint())
                .contains("this server is a standby, so the names are not to point here")
                .contains("on the primary, agent-replica dns --switch points them there")
                .doesNotContain("fenced", "unless the other server");
    }

    @Test
    void theAgentOfTheOtherRoleMeasuresAndReportsNothing() {
        DnsWatch watch = watch(true);
        both(A);
        watch.look();

        assertThat(events).isEmpty();
        assertThat(metrics.scrape())
                .contains("understudy_dns_agrees{role=\"primary\",site=\"example\"} 0.0")
                .contains("understudy_dns_ttl_seconds{role=\"primary\",site=\"example\"} 240.0");
    }

    @Test
    void withoutAMarkerThatCanBeSeenThereIsNothingToCompare() {
        DnsWatch watch = watch(false);
        both(B);
        watch.look();
        markerFails = true;
        watch.look();

        assertThat(watch.last()).isEmpty();
    }
}

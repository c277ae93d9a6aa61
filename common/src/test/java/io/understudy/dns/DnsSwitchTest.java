package io.understudy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.DnsSettings;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.DnsSettings.Switching;
import io.understudy.config.DnsSettings.Update;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

class DnsSwitchTest {
    private static final String NAME = "www.example.org";
    private static final String A = "192.0.2.10";
    private static final String B = "198.51.100.10";

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final FakeNameServer server = new FakeNameServer();
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner();
    private final List<Command> run = new ArrayList<>();
    private List<String> hook = List.of("/usr/local/bin/point-here");
    private Optional<Update> update = Optional.empty();

    @AfterEach
    void stop() {
        server.close();
    }

    private DnsSettings settings() {
        return new DnsSettings(
                List.of(NAME),
                List.of(server.address()),
                List.of(),
                End.STANDBY,
                List.of(A),
                List.of(B),
                Duration.ofSeconds(60),
                Duration.ofSeconds(2),
                new Switching(hook, Duration.ofSeconds(10), update, Optional.empty()));
    }

    private DnsSwitched switched(boolean force) {
        return new DnsSwitch("example", settings(), runner, time.clock(), time).run(force, Progress.none());
    }

    private void hookThat(Runnable does) {
        runner.on(command -> true, command -> {
            run.add(command);
            does.run();
            return Answer.ok("pointed");
        });
    }

    @Test
    void runsTheHookAndWaitsUntilTheResolversAgree() {
        server.set(NAME, A);
        hookThat(() -> server.set(NAME, B));

        DnsSwitched result = switched(false);

        assertThat(result.agrees()).isTrue();
        assertThat(result.error()).isEmpty();
        assertThat(result.changed()).isTrue();
        assertThat(run).hasSize(1);
        assertThat(run.get(0).environment())
                .containsEntry("UNDERSTUDY_SITE", "example")
                .containsEntry("UNDERSTUDY_DNS_NAMES", NAME)
                .containsEntry("UNDERSTUDY_DNS_FROM", A)
                .containsEntry("UNDERSTUDY_DNS_TO", B)
                .hasSize(4);
        assertThat(run.get(0).inherited()).doesNotContain("TOKEN");
        assertThat(result.text()).startsWith("www.example.org point to 198.51.100.10");
    }

    @Test
    void saysWhichResolverDoesNotAgreeWhenTheTimeOfTheCachesIsOver() {
        server.set(NAME, A);
        hookThat(() -> {});

        DnsSwitched result = switched(false);

        assertThat(result.agrees()).isFalse();
        assertThat(result.error().orElseThrow().code()).isEqualTo(ErrorCode.DNS_FAILED.label());
        assertThat(result.waiting()).containsExactly(server.address() + ": www.example.org is 192.0.2.10 (primary)");
        // 240 seconds of the cache, and 30 more.
        assertThat(result.seconds()).isBetween(270.0, 274.0);
    }

    @Test
    void aHookThatFailsIsTheResultAndIsNotWaitedFor() {
        server.set(NAME, A);
        runner.on("/usr/local/bin/point-here", Answer.failed(7, "the token is wrong"));

        DnsSwitched result = switched(false);

        assertThat(result.changed()).isFalse();
        assertThat(result.error().orElseThrow().message()).contains("ended with 7: the token is wrong");
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void changesNothingWhereTheNamesPointHereAlready() {
        server.set(NAME, B);
        hookThat(() -> {});

        assertThat(switched(false).agrees()).isTrue();
        assertThat(run).isEmpty();
    }

    @Test
    void doesNotOverwriteWhatSomeoneElsePutThereUnlessForced() {
        server.set(NAME, "203.0.113.1");
        hookThat(() -> server.set(NAME, B));

        assertThat(switched(false).error().orElseThrow().message()).contains("other records than expected");
        assertThat(run).isEmpty();
        assertThat(switched(true).agrees()).isTrue();
        assertThat(run).hasSize(1);
    }

    /** A command may not look itself. */
    @Test
    void runsNoHookWhereNoResolverSaysWhatIsThereUnlessForced() {
        server.set(NAME, A);
        server.code = 2;
        hookThat(() -> {
            server.code = 0;
            server.set(NAME, B);
        });

        assertThat(switched(false).error().orElseThrow().message()).contains("what the names have is not known");
        assertThat(run).isEmpty();
        assertThat(switched(true).agrees()).isTrue();
    }

    @Test
    void withoutHookAndUpdateItSaysThatTheNamesAreToBePointedByHand() {
        hook = List.of();
        server.set(NAME, A);

        DnsSwitched result = switched(false);

        assertThat(result.error().orElseThrow().hint()).contains("by hand");
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void anUpdateIsOneMessageThatRequiresTheOldValueAndReplacesIt() {
        hook = List.of();
        update = Optional.of(new Update(server.address(), "example.org", Optional.empty(), Duration.ofSeconds(60)));
        server.set(NAME, A);

        switched(false);

        assertThat(server.updates()).hasSize(1);
        Message sent = server.updates().get(0);
        // One zone; A as it is and no AAAA; both deleted and one added.
        assertThat(counts(sent)).containsExactly(1, 2, 3, 0);
        assertThat(sent.getSection(Section.PREREQ).get(0).rdataToString()).isEqualTo(A);
        assertThat(sent.getSection(Section.UPDATE).get(2).rdataToString()).isEqualTo(B);
    }

    private static List<Integer> counts(Message message) {
        return IntStream.range(0, 4)
                .mapToObj(section -> message.getHeader().getCount(section))
                .toList();
    }

    @Test
    void aForcedUpdateRequiresNothing() {
        hook = List.of();
        update = Optional.of(new Update(server.address(), "example.org", Optional.empty(), Duration.ofSeconds(60)));
        server.set(NAME, "203.0.113.1");

        switched(true);

        assertThat(counts(server.updates().get(0))).containsExactly(1, 0, 3, 0);
    }

    @Test
    void aServerThatRefusesAnUpdateIsSaidWithWhatIsThere() {
        hook = List.of();
        update = Optional.of(new Update(server.address(), "example.org", Optional.empty(), Duration.ofSeconds(60)));
        server.set(NAME, A);
        server.code = 8;

        DnsSwitched result = switched(false);

        assertThat(result.error().orElseThrow().message()).contains("NXRRSET");
        assertThat(result.error().orElseThrow().code()).isEqualTo("dns_failed");
    }

    @Test
    void anAnswerThatIsNotSignedIsNotTaken() throws IOException {
        hook = List.of();
        update = Optional.of(new Update(
                server.address(), "example.org", Optional.of(key("rw-------", SECRET)), Duration.ofSeconds(60)));
        server.set(NAME, A);

        assertThat(switched(false).error().orElseThrow().message()).contains("the answer is not signed");
    }

    private static final String SECRET = "Y2FuYXJ5LXNlY3JldC1vZi1hLXRlc3Q=";

    private Path key(String permissions, String secret) throws IOException {
        Path file = folder.resolve("key");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        return Files.writeString(
                file, "# a key\nkey \"understudy.\" {\n\talgorithm HMAC-SHA256;\n\tsecret \"" + secret + "\";\n};\n");
    }

    @Test
    void readsAKeyAsTsigKeygenWritesIt() throws IOException {
        TsigKey key = TsigKey.load(key("rw-------", SECRET));

        assertThat(key.name()).isEqualTo("understudy");
        assertThat(key.algorithm()).isEqualTo("hmac-sha256");
        assertThat(key.toString()).doesNotContain(SECRET);
    }

    @Test
    void refusesAKeyThatOthersMayReadAndShowsNoSecret() throws IOException {
        Path open = key("rw-r-----", SECRET);
        assertThatThrownBy(() -> TsigKey.load(open))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("others than its owner may use it")
                .hasMessageNotContaining(SECRET);
        Path wrong = key("rw-------", "canary=canary");
        assertThatThrownBy(() -> TsigKey.load(wrong)).hasMessageNotContaining("canary=canary");
        assertThatThrownBy(() -> TsigKey.load(folder.resolve("none")))
                .extracting(e -> ((UnderstudyException) e).code())
                .isEqualTo(ErrorCode.KEY_MISSING);
    }
}

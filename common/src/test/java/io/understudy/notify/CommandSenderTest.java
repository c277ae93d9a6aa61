package io.understudy.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.NotifySettings.Program;
import io.understudy.config.Occasion;
import io.understudy.notify.Sender.Refusal;
import io.understudy.process.SystemCommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandSenderTest {
    private static final Notice FAILURE = Notices.notice(Occasion.FAILURE);

    @TempDir
    private Path folder;

    private CommandSender sender(Duration limit, String... command) {
        return new CommandSender(
                new Program(List.of(command), List.of()), limit, new SystemCommandRunner(folder.resolve("commands")));
    }

    @Test
    void theNoticeIsOnStandardInputAndInTheEnvironment() throws IOException {
        Path seen = folder.resolve("seen");
        CommandSender sender = sender(
                Duration.ofSeconds(60),
                "sh",
                "-c",
                "cat >\"$0\"; env | grep ^NOTICE_ | sort >>\"$0\"",
                seen.toString());

        assertThat(sender.send(FAILURE)).isEmpty();

        assertThat(Files.readAllLines(seen))
                .startsWith(NoticeJson.of(FAILURE))
                .contains(
                        "NOTICE_KIND=failure",
                        "NOTICE_SITE=shop",
                        "NOTICE_SERVER=a.example.net",
                        "NOTICE_ROLE=primary",
                        "NOTICE_EVENT=snapshot_failed",
                        "NOTICE_CODE=filestore_failed",
                        "NOTICE_HINT=do something",
                        "NOTICE_SNAPSHOT=00000001-00000042",
                        "NOTICE_MOMENT=2026-11-20T12:00:00Z",
                        "NOTICE_REMINDER=no");
    }

    @Test
    void noShellSeesTheNotice() throws IOException {
        Path seen = folder.resolve("seen");
        Notice notice = new Notice(
                "id",
                Occasion.FAILURE,
                "round",
                Notices.SOURCE,
                Notices.fact("$(touch " + seen + ")", "`touch " + seen + "`"),
                Notices.NOON,
                Optional.empty());

        assertThat(sender(Duration.ofSeconds(60), "true").send(notice)).isEmpty();
        assertThat(seen).doesNotExist();
    }

    @Test
    void anotherExitCodeIsARefusalWithTheLastLine() {
        Refusal refusal = sender(Duration.ofSeconds(60), "sh", "-c", "echo first >&2; echo no pager >&2; exit 3")
                .send(FAILURE)
                .orElseThrow();

        assertThat(refusal.why()).isEqualTo("sh ended with 3: no pager");
    }

    @Test
    void aProgramThatReadsNothingTookTheNotice() {
        assertThat(sender(Duration.ofSeconds(60), "true").send(FAILURE)).isEmpty();
    }

    @Test
    void aProgramThatHangsIsKilled() {
        Refusal refusal =
                sender(Duration.ofMillis(200), "sleep", "300").send(FAILURE).orElseThrow();

        assertThat(refusal.why()).startsWith("cannot run sleep 300: not done after 200 ms");
    }

    @Test
    void aMissingProgramIsARefusal() {
        assertThat(sender(Duration.ofSeconds(60), "/nowhere/page")
                        .send(FAILURE)
                        .orElseThrow()
                        .why())
                .startsWith("cannot run /nowhere/page: no such file");
    }
}

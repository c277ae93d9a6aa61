package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.process.Processes;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The site is stopped around the moment of a snapshot, and started whatever happens to the agent. */
@Tag("slow")
class QuiesceIT extends Scenario {
    @Test
    void theSiteIsStoppedForAMomentAndStartedAlsoAfterAKill() {
        Server primary = following(false).primary();
        String site = programs().site() + " %s " + primary.layout().siteFile();
        Path stopped = primary.layout().home().resolve("stopped");
        primary.configure(yaml -> yaml + """
                quiesce:
                  stop: [/bin/sh, -c, "%1$s && echo $$ >%2$s && { test ! -e %2$s.hold || { sleep 20; %1$s; }; }"]
                  start: [/bin/sh, -c, "%3$s && rm -f %2$s"]
                  files: link
                """.formatted(site.formatted("stop"), stopped, site.formatted("start")));

        JsonNode taken = snapshot(primary);

        assertThat(taken.path("down_seconds").asDouble()).isPositive();
        primary.site().awaitMode("primary", ANSWERS);
        assertThat(stopped).doesNotExist();
        assertThat(primary.layout().media().resolve(".understudy/frozen")).doesNotExist();
        assertThat(primary.primary("quiesce", "--resume").successful().output()).contains("was not left stopped");

        hold(stopped);
        Running command =
                primary.primaryProgram("snapshot").start(primary.layout().log("snapshot"));
        command.await(
                "the site is stopped",
                ANSWERS,
                () -> Files.exists(stopped) && read(stopped).endsWith("\n"));
        long stopping = Long.parseLong(read(stopped).strip());
        command.kill();
        assertThat(ProcessHandle.of(stopping)).as("what stops it runs on").isPresent();
        assertThat(primary.siteProcess().filter(Running::alive)).isEmpty();
        primary.startPrimary();
        primary.site().awaitMode("primary", ANSWERS);
        assertThat(ProcessHandle.of(stopping).filter(Processes::run))
                .as("and stops it no more")
                .isEmpty();
        Deadline.await(
                "the note is gone",
                ANSWERS,
                () -> !Files.exists(primary.layout().state().resolve("quiesce.json")));
        assertThat(primary.layout().log("agent-primary"))
                .content()
                .contains("the site was started: an agent had stopped it");
    }

    /** As cron's, without an agent: the site's own start fails until somebody mends it. */
    @Test
    void aSnapshotWithoutAnAgentStartsTheSiteUntilItWorksAndNotifiesAtOnce() throws IOException {
        Server primary = following(false).primary();
        String site = programs().site() + " %s " + primary.layout().siteFile();
        Path broken = Files.createFile(primary.layout().home().resolve("broken"));
        Path notices = Files.createFile(primary.layout().home().resolve("notices"));
        primary.configure(
                yaml -> yaml + """
                quiesce:
                  stop: [/bin/sh, -c, "%s"]
                  start: [/bin/sh, -c, "if test -e %s; then echo it is broken >&2; exit 3; fi; %s"]
                notify:
                  - {name: ops, kind: command, command: [sh, -c, "cat >>%s"], events: [failure, recovery, warning]}
                """.formatted(site.formatted("stop"), broken, site.formatted("start"), notices));
        Path note = primary.layout().state().resolve("quiesce.json");

        Running ended =
                primary.primaryProgram("snapshot").start(primary.layout().log("ended"));
        ended.await(
                "people are notified while it tries on",
                ANSWERS,
                () -> read(notices).contains("cannot be started"));
        ended.await(
                "it has tried several times", ANSWERS, () -> ended.logText().split("cannot be started", -1).length > 3);
        assertThat(ended.alive()).isTrue();
        ended.stop();
        assertThat(ended.logText())
                .contains("it is broken")
                .contains("error: the site is stopped: ")
                .containsPattern("; snapshot 0000000\\d-\\d+ was taken")
                .contains("hint: start it by its own command");
        assertThat(note).exists();
        assertThat(primary.siteProcess().filter(Running::alive)).isEmpty();

        Running next = primary.primaryProgram("snapshot").start(primary.layout().log("next"));
        next.await("the next one tries, too", ANSWERS, () -> next.logText().contains("cannot be started"));
        Files.delete(broken);
        Deadline.await("the site runs, and the command ends", ANSWERS, () -> !next.alive());
        primary.site().awaitMode("primary", ANSWERS);
        assertThat(note).doesNotExist();
        assertThat(next.logText()).containsPattern("snapshot 0000000\\d-\\d+");
        assertThat(read(notices)).contains("recovery");
    }

    /** As by understudy-shutdown.service, of a host that stays up: neither cron's snapshot nor the agent starts it. */
    @Test
    void whatAShutdownStoppedIsStartedByNoSnapshotButByAnOperator() {
        Server primary = following(false).primary();
        String site = programs().site() + " %s " + primary.layout().siteFile();
        primary.configure(yaml -> yaml + """
                quiesce:
                  stop: [/bin/sh, -c, "%s"]
                  start: [/bin/sh, -c, "%s"]
                """.formatted(site.formatted("stop"), site.formatted("start")));
        snapshot(primary);
        primary.site().awaitMode("primary", ANSWERS);

        assertThat(primary.primary("shutdown", "--json")
                        .successful()
                        .json()
                        .path("site")
                        .asText())
                .isEqualTo("stopped");
        snapshot(primary);
        assertThat(primary.site().health()).as("cron's snapshot").isEmpty();
        primary.startPrimary();
        snapshot(primary);
        assertThat(primary.site().health()).as("the agent's").isEmpty();
        assertThat(primary.layout().log("agent-primary")).content().contains("a snapshot leaves the site as it is");

        assertThat(primary.primary("quiesce", "--resume").successful().output()).contains("the site was started");
        primary.site().awaitMode("primary", ANSWERS);
        assertThat(snapshot(primary).path("down_seconds").asDouble()).isPositive();
        primary.site().awaitMode("primary", ANSWERS);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hold(Path stopped) {
        try {
            Files.createFile(Path.of(stopped + ".hold"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
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
        primary.configure(yaml ->
                yaml + """
                quiesce:
                  stop: [/bin/sh, -c, "%s && touch %s && { test ! -e %s.hold || sleep 20; }"]
                  start: [/bin/sh, -c, "%s && rm -f %s"]
                  files: link
                """.formatted(site.formatted("stop"), stopped, stopped, site.formatted("start"), stopped));

        JsonNode taken = snapshot(primary);

        assertThat(taken.path("down_seconds").asDouble()).isPositive();
        primary.site().awaitMode("primary", ANSWERS);
        assertThat(stopped).doesNotExist();
        assertThat(primary.layout().media().resolve(".understudy/frozen")).doesNotExist();
        assertThat(primary.primary("quiesce", "--resume").successful().output()).contains("was not left stopped");

        hold(stopped);
        Running command =
                primary.primaryProgram("snapshot").start(primary.layout().log("snapshot"));
        Deadline.await("the site is stopped", ANSWERS, () -> Files.exists(stopped));
        command.kill();
        assertThat(primary.siteProcess().filter(Running::alive)).isEmpty();
        primary.startPrimary();
        primary.site().awaitMode("primary", ANSWERS);
        Deadline.await(
                "the note is gone",
                ANSWERS,
                () -> !Files.exists(primary.layout().state().resolve("quiesce.json")));
        assertThat(primary.layout().log("agent-primary"))
                .content()
                .contains("the site was started: an agent had stopped it");
    }

    private static void hold(Path stopped) {
        try {
            Files.createFile(Path.of(stopped + ".hold"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

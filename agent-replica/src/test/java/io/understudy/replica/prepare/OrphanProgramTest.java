package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrphanProgramTest {
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner();
    private final OrphanProgram program =
            new OrphanProgram(runner, Optional.of(Path.of("/opt/understudy")), List.of("--config", "/etc/site.yaml"));

    @Test
    void asksThePrimarysAgentOfThisInstallation() {
        answers(Answer.ok("{\"orphan\":\"00000001-00000002\",\"existed\":true,\"shipped\":null}\n"));

        Saved saved = program.save(Set.of("media", "database"), true, Optional.empty());

        assertThat(saved).isEqualTo(new Saved(Optional.of(new SnapshotId(1, 2)), true, Optional.empty()));
        assertThat(runner.commands().get(0).arguments())
                .containsExactly(
                        "/opt/understudy/bin/agent-primary",
                        "orphan",
                        "--json",
                        "--config",
                        "/etc/site.yaml",
                        "--accept-empty",
                        "database",
                        "--accept-empty",
                        "media",
                        "--before-import");
    }

    @Test
    void namesTheSnapshotThatAServerBeganWithWhichHeldNoEpoch() {
        answers(Answer.ok("{\"orphan\":\"00000001-00000006\",\"existed\":false,\"shipped\":null}\n"));

        program.save(Set.of(), false, Optional.of(new Unclaimed(1, Optional.of(new SnapshotId(1, 5)))));
        program.save(Set.of(), true, Optional.of(new Unclaimed(1, Optional.empty())));

        assertThat(runner.commands().get(0).arguments())
                .endsWith("/etc/site.yaml", "--epoch", "1", "--imported", "00000001-00000005");
        assertThat(runner.commands().get(1).arguments()).endsWith("--before-import", "--epoch", "1");
    }

    @Test
    void namesWhatIsKeptWhereItWasOverwritten() {
        answers(Answer.ok("{\"orphan\":null,\"existed\":false,\"shipped\":\"00000001-00000001\"}\n"));

        program.saveKept(
                Set.of("media"),
                new Found(2, Optional.of("site_before_understudy"), Map.of("media", Path.of("/srv/kept")), List.of()));

        assertThat(runner.commands().get(0).arguments())
                .endsWith(
                        "--accept-empty",
                        "media",
                        "--epoch",
                        "2",
                        "--kept-database",
                        "site_before_understudy",
                        "--kept-tree",
                        "media=/srv/kept");
    }

    /** Its site is a standby's, and runs. */
    @Test
    void saysThatWhatIsKeptStaysWhereItIsNotSaved() {
        answers(Answer.failed(ErrorCode.FILESTORE_UNREACHABLE.exitCode(), "error: away\nhint: wait\n"));

        assertThatThrownBy(() -> program.saveKept(Set.of(), new Found(2, Optional.of("before"), Map.of(), List.of())))
                .hasMessageContaining("what is kept of it stays: away");
    }

    @Test
    void failsAsItFailed() {
        answers(Answer.failed(
                ErrorCode.CONTENT_GONE.exitCode(), "a log line\nerror: the tree is empty\nhint: mount it\n"));

        assertThatThrownBy(() -> program.save(Set.of(), false, Optional.empty()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code().exitCode()).isEqualTo(ErrorCode.CONTENT_GONE.exitCode());
                    assertThat(e).hasMessageContaining("the tree is empty");
                    assertThat(e.hint()).isEqualTo("mount it");
                });
    }

    @Test
    void takesNoOtherOutputForAResult() {
        answers(Answer.ok("saved\n"));

        assertThatThrownBy(() -> program.save(Set.of(), false, Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED));
    }

    private void answers(Answer answer) {
        runner.on("/opt/understudy/bin/agent-primary", answer);
    }
}

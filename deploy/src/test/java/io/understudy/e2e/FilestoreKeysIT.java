package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.ServerPair;
import io.understudy.testing.Together;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FilestoreKeysIT extends Scenario {
    /** Far less than the minute for which a filestore is tried. */
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    @Test
    void wrongKeysAndASilentFilestoreAreToldApartOnBothSidesAndWhatIsTriedIsSaidAtOnce() throws Exception {
        ServerPair pair = following(true);
        Map<String, String> wrong = Map.of("S3_SECRET_KEY", "0123456789abcdef0123");

        assertRefused(pair.primary().primaryProgram("snapshot").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);
        assertRefused(pair.standby().replicaProgram("sync").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);

        pair.filestore().endpoint().orElseThrow().kill();
        // Each tries for a minute.
        List<Supplier<Outcome>> commands = List.of(
                () -> pair.primary().primary("snapshot"), () -> pair.standby().replica("sync"));
        for (Outcome each : Together.run(2, worker -> commands.get(worker).get())) {
            assertRefused(each, ErrorCode.FILESTORE_UNREACHABLE);
        }
        pair.standby().site().awaitContent(1, 1, ANSWERS);
        Running promotion = pair.standby()
                .replicaProgram("promote", "--yes")
                .start(pair.standby().layout().log("promote"));
        says(
                promotion,
                "claiming an epoch in s3://backups/example; while it does not answer this is tried again for up to ");
        Running snapshot = pair.primary()
                .primaryProgram("snapshot")
                .start(pair.primary().layout().log("snapshot"));
        says(
                snapshot,
                "taking a snapshot into s3://backups/example; while it does not answer this is tried again for up to ");
    }

    private static void says(Running command, String text) {
        try {
            Deadline.await(text, AT_ONCE, () -> command.logText().contains(text));
            assertThat(command.alive()).as(command.logText()).isTrue();
        } finally {
            command.kill();
        }
    }
}

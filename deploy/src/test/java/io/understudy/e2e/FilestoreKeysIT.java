package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.ServerPair;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilestoreKeysIT extends Scenario {
    /** Far less than the minute for which a filestore is tried. */
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    @Test
    void wrongKeysAndASilentFilestoreAreToldApartOnBothSidesAndWhatIsTriedIsSaidAtOnce() {
        ServerPair pair = following(true);
        Map<String, String> wrong = Map.of("S3_SECRET_KEY", "0123456789abcdef0123");

        assertRefused(pair.primary().primaryProgram("snapshot").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);
        assertRefused(pair.standby().replicaProgram("sync").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);

        pair.filestore().endpoint().orElseThrow().kill();
        assertRefused(pair.primary().primary("snapshot"), ErrorCode.FILESTORE_UNREACHABLE);
        assertRefused(pair.standby().replica("sync"), ErrorCode.FILESTORE_UNREACHABLE);
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

package io.understudy.e2e;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.ServerPair;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilestoreKeysIT extends Scenario {
    @Test
    void wrongKeysAndASilentFilestoreAreToldApartOnBothSides() {
        ServerPair pair = following(true);
        Map<String, String> wrong = Map.of("S3_SECRET_KEY", "0123456789abcdef0123");

        assertRefused(pair.primary().primaryProgram("snapshot").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);
        assertRefused(pair.standby().replicaProgram("sync").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);

        pair.filestore().endpoint().orElseThrow().kill();
        assertRefused(pair.primary().primary("snapshot"), ErrorCode.FILESTORE_UNREACHABLE);
        assertRefused(pair.standby().replica("sync"), ErrorCode.FILESTORE_UNREACHABLE);
        pair.standby().site().awaitContent(1, 1, ANSWERS);
    }
}

package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two filestores: one goes away and comes back, then the other is gone for good. */
class SeveralStoresIT extends Scenario {
    private static void damageEveryBlob(Path filestore) throws IOException {
        try (Stream<Path> all = Files.walk(filestore.resolve("blobs"))) {
            for (Path blob : all.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
                Files.writeString(blob, "damaged");
            }
        }
    }

    @Test
    void oneThatWasAwayIsCaughtUpAndSufficesAlone() throws IOException {
        ServerPair pair = install(false);
        Path near = Files.createDirectories(pair.home().resolve("near"));
        Path far = Files.createDirectories(pair.home().resolve("far"));
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            server.configure(config -> config.replaceAll(
                    "filestore:\n  url: file://.*\n",
                    "commit: any\nfilestores:\n  - {name: near, url: \"file://" + near
                            + "\"}\n  - {name: far, url: \"file://" + far + "\"}\n"));
        }
        pair.primary().primary("init").successful();
        pair.standby().replica("init", "--yes").successful();
        snapshot(pair.primary());
        assertThat(pair.primary().primary("check").output())
                .contains(
                        "filestore near: file://" + near,
                        "filestore far: file://" + far,
                        "all 2 filestores can be used");

        sync(pair.standby());

        Path away = Files.move(far, pair.home().resolve("far-away"));
        snapshot(pair.primary());
        assertThat(pair.primary().primary("status").output()).contains("store      far", "can NOT be reached");
        assertRefused(pair.standby().replica("promote", "--yes"), ErrorCode.FILESTORE_UNREACHABLE);
        Files.move(away, far);
        assertThat(pair.primary().primary("status").output()).contains("behind by 1 snapshot");
        assertThat(pair.standby().replica("status").output()).contains("behind by 1 snapshot");
        pair.primary().primary("sync").successful();
        assertThat(pair.primary().primary("status").output()).doesNotContain("behind by");

        damageEveryBlob(far);
        assertRefused(pair.primary().primary("verify"), ErrorCode.BLOB_DAMAGED);
        pair.primary().primary("verify", "--repair").successful();

        Files.move(near, pair.home().resolve("near-gone"));
        sync(pair.standby());
        pair.standby().site().awaitContent(1, 1, ANSWERS);
        assertRefused(pair.standby().replica("verify"), ErrorCode.FILESTORE_UNREACHABLE);
    }
}

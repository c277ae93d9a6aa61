package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.repository.Manifest;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the primary captures and the replica loads is the same database: pg_dump of both sides is equal. */
@Timeout(180)
class DatabaseRoundTripTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();

    @TempDir
    private Path state;

    @Test
    void reproducesEveryKindOfObject() {
        String source = EveryKindOfObject.create(server);
        String spare = copy(source);
        assertThat(server.dump(spare)).isEqualTo(server.dump(source));
    }

    private String copy(String source) {
        Manifest manifest = Copies.capture(server.settings(source), state, blobs, 1);
        String site = server.newName("copy of it's \"site\"");
        DatabaseLoader loader = Copies.loader(server.settings(site), state);
        loader.preflight(manifest);
        DatabaseIdentity loaded = loader.load(manifest, blobs, Progress.none());
        assertThat(loader.load(manifest, blobs, Progress.none())).isEqualTo(loaded);
        return DatabaseNames.of(site).spare();
    }
}

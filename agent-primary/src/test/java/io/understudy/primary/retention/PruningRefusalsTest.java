package io.understudy.primary.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SignedLine;
import io.understudy.site.MarkerContent;
import io.understudy.state.StateEntry;
import io.understudy.testing.Faults.Operation;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What keeps pruning from deleting anything. */
class PruningRefusalsTest extends FiveHourlySnapshots {
    @Test
    void anythingUnreadableStopsItBeforeAnythingIsDeleted() {
        time.advance(GRACE);
        byte[] sound = bytes(id(3).key());
        filestore.put(id(3).key(), Content.of(sound, sound.length / 2));

        UnderstudyException damaged = failure(this::prune);
        assertThat(damaged.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(damaged).hasMessageStartingWith("cannot prune while a snapshot cannot be read: ");
        assertThat(damaged.hint()).contains("remove its object under manifests/");
        assertThat(snapshots()).hasSize(5);

        filestore.put(id(3).key(), Content.of(sound));
        String index = server.repository()
                .read(id(5))
                .trees()
                .get(0)
                .references()
                .direct()
                .get(0)
                .id()
                .key();
        filestore.delete(index);
        UnderstudyException missing = failure(this::prune);
        assertThat(missing.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(missing).hasMessageContaining("references of snapshot " + id(5) + " unknown");
        assertThat(snapshots()).hasSize(5);
        assertThat(received).containsExactly("failed manifest_damaged", "failed blob_missing");
    }

    /** What a later version signed holds content that this one does not know. */
    @Test
    void aSnapshotOfALaterFormatStopsItToo() {
        filestore.put(id(6).key(), Content.of(SignedLine.sign("{\"format\":7}".getBytes(UTF_8), Server.KEY)));

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(snapshots()).hasSize(6);
    }

    /** Then a damaged manifest cannot be told from junk. */
    @Test
    void aNoteOfGenuineSnapshotsThatIsDamagedStopsItToo() throws Exception {
        Files.writeString(StateEntry.GENUINE_SNAPSHOTS.in(server.state), "junk");

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.STATE_DAMAGED);
        assertThat(snapshots()).hasSize(5);
        server.take("hourly");
    }

    @Test
    void aReportThatCannotBeReadStopsItToo() {
        filestore.put("replicas/standby-1.json", Content.of(new byte[] {'{'}));

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.STATE_DAMAGED);
        assertThat(snapshots()).hasSize(5);
    }

    @Test
    void anIndexThatCannotBeReadWhileSweepingEndsTheSweep() {
        time.advance(GRACE);
        Set<String> before = whole.blobs();
        hook(Operation.LIST, "blobs/", () -> {
            server.words("committed during the mark");
            SnapshotId snapshot = server.take("manual");
            filestore.delete(server.repository()
                    .read(snapshot)
                    .trees()
                    .get(0)
                    .references()
                    .direct()
                    .get(0)
                    .id()
                    .key());
        });

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(whole.blobs()).containsAll(before);
    }

    @Test
    void onlyTheOneThatMayPublishPrunes() {
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.BACKUP_MODE);
        server.marker.remove();

        Server never = new Server("c", folder, filestore, time, time);
        assertThat(failure(() -> never.prune(LAST_TWO)).code()).isEqualTo(ErrorCode.FENCED);

        new Server("b", folder, filestore, time, time).claim(2);
        assertThat(failure(this::prune))
                .hasMessageStartingWith("cannot publish into memory:")
                .extracting(UnderstudyException::code)
                .isEqualTo(ErrorCode.FENCED);
        assertThat(snapshots()).hasSize(5);
    }

    @Test
    void whoeverIsFencedWhileSweepingStops() {
        time.advance(GRACE);
        Set<String> before = whole.blobs();
        hook(Operation.LIST, "blobs/", () -> new Server("b", folder, filestore, time, time).claim(2));

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(whole.blobs()).isEqualTo(before);
    }

    private byte[] bytes(String key) {
        try (java.io.InputStream in = filestore.open(key, 0)) {
            return in.readAllBytes();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

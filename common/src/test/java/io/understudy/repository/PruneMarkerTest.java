package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PruneMarkerTest {
    private static final Instant OURS = Instant.parse("2026-11-20T03:10:00Z");

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final PruneMarker prunings = new PruneMarker(store);

    @Test
    void tellTheStoresTimeAndWhoBegan() throws IOException {
        assertThat(prunings.last()).isEmpty();
        assertThat(prunings.begin("a.example.net", 1, OURS)).isEqualTo(time.now());
        Instant first = time.now();
        time.advance(Duration.ofHours(3));
        assertThat(prunings.last()).contains(first);
        assertThat(prunings.begin("b.example.net", 2, OURS)).isEqualTo(time.now());
        try (InputStream in = store.open("retention.json", 0)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            "{\"format\":2,\"server\":\"b.example.net\",\"epoch\":2,\"when\":\"2026-11-20T03:10:00Z\"}");
        }
    }

    @Test
    void aStoreThatForgetsHasNoTime() {
        store.inject((operation, key) -> {
            if (operation == Operation.STAT) {
                store.inject(Faults.none());
                store.delete(key);
            }
            return new Faults.None();
        });
        assertThat(catchThrowableOfType(UnderstudyException.class, () -> prunings.begin("a", 1, OURS))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_FAILED);
    }

    @Test
    void aBlobIsKnownByItsKeyOnly() {
        BlobId id = new BlobId("ab".repeat(32));
        assertThat(BlobId.ofKey(id.key())).contains(id);
        assertThat(BlobId.ofKey(id.key() + ".age")).isEmpty();
        assertThat(BlobId.ofKey("blobs/cd/" + id.hex() + ".zst")).isEmpty();
        assertThat(BlobId.ofKey("blobs/ab/readme.txt")).isEmpty();
    }
}

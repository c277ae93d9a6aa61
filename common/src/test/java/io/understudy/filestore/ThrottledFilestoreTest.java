package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RateLimits;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThrottledFilestoreTest {
    private static final int RATE = 1 << 20;

    @TempDir
    private Path folder;

    private final FakeTicker ticker = new FakeTicker();

    @Test
    void sendsAsMuchASecondAsIsSet() {
        try (Filestore store = limited(OptionalLong.of(RATE), OptionalLong.empty())) {
            for (int i = 0; i < 20; i++) {
                store.put("blobs/" + i, Content.of(new byte[RATE / 2]));
            }
            store.putIfAbsent("manifest", new byte[1]);
        }
        assertThat(elapsed()).isBetween(Duration.ofMillis(9_500), Duration.ofMillis(10_000));
    }

    @Test
    void sendsABatchNoFaster() {
        try (Filestore store = limited(OptionalLong.of(RATE), OptionalLong.empty());
                WriteBatch batch = store.batch()) {
            for (int i = 0; i < 20; i++) {
                batch.put("blobs/" + i, Content.of(new byte[RATE / 2]));
            }
            batch.settle();
            assertThat(store.list("", "")).hasSize(20);
        }
        assertThat(elapsed()).isBetween(Duration.ofMillis(9_000), Duration.ofMillis(10_000));
    }

    @Test
    void receivesAsMuchASecondAsIsSet() throws IOException {
        try (Filestore store = limited(OptionalLong.empty(), OptionalLong.of(RATE))) {
            store.put("blob", Content.of(new byte[5 * RATE]));
            assertThat(ticker.pauses()).isEmpty();
            try (InputStream in = store.open("blob", RATE)) {
                assertThat(in.readAllBytes()).hasSize(4 * RATE);
            }
        }
        assertThat(elapsed()).isBetween(Duration.ofMillis(3_500), Duration.ofMillis(4_000));
    }

    @Test
    void whatCarriesNoContentIsNotHeldUp() {
        try (Filestore store = limited(OptionalLong.of(RATE), OptionalLong.of(RATE))) {
            store.put("blob", Content.of(new byte[8 * RATE]));
            assertThat(store.stat("blob")).isPresent();
            assertThat(store.list("", "")).hasSize(1);
            store.delete("blob");
        }
        assertThat(ticker.pauses()).isEmpty();
    }

    @Test
    void withoutLimitsItIsTheStoreItself() {
        try (Filestore store = new DirectoryFilestore(folder)) {
            assertThat(ThrottledFilestore.of(store, RateLimits.NONE, ticker)).isSameAs(store);
        }
    }

    private Filestore limited(OptionalLong upload, OptionalLong download) {
        return ThrottledFilestore.of(new DirectoryFilestore(folder), new RateLimits(upload, download), ticker);
    }

    private Duration elapsed() {
        return ticker.pauses().stream().reduce(Duration.ZERO, Duration::plus);
    }
}

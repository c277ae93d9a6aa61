package io.understudy.filestore.several;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.CommitRule;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.filestore.StoredBytes;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken download looks like the object of another writer. */
class BrokenReadsTest {
    private static final byte[] OURS = "ours".getBytes(StandardCharsets.UTF_8);

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);

    /** Another process of this server has copied it there by then. */
    @Test
    void whatWasCreatedIsNotTakenBackForOne() {
        second.put("manifests/1.json", Content.of(OURS));
        AtomicInteger reads = new AtomicInteger();
        second.inject((operation, key) -> operation == Operation.OPEN && reads.getAndIncrement() == 0
                ? new Faults.Truncate(2)
                : new Faults.None());

        assertThat(SeveralInMemory.of(CommitRule.ALL, time, main, second)
                        .during(Purpose.COMMIT)
                        .putIfAbsent("manifests/1.json", OURS))
                .isTrue();

        assertThat(reads).hasPositiveValue();
        assertThat(main.keys()).containsExactly("manifests/1.json");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void oneLookThatFindsTheBytesIsEnough(int broken) throws IOException {
        AtomicInteger looks = new AtomicInteger();

        assertThat(StoredBytes.are(
                        () -> new ByteArrayInputStream(looks.getAndIncrement() < broken ? new byte[] {1} : OURS), OURS))
                .isTrue();

        assertThat(looks).hasValue(broken + 1);
    }

    @Test
    void anothersStaysAnothers() throws IOException {
        byte[] longer = "ours, and more".getBytes(StandardCharsets.UTF_8);

        assertThat(StoredBytes.are(() -> new ByteArrayInputStream(longer), OURS))
                .isFalse();
    }
}

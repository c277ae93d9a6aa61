package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InMemoryFilestoreTest extends FilestoreContract {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore memory = new InMemoryFilestore(time);

    @Override
    protected Filestore create() {
        return new InMemoryFilestore();
    }

    @Test
    void aFailedWriteHasNoEffectAndALostAcknowledgementHas() {
        memory.inject(Faults.first(
                Faults.Operation.PUT_IF_ABSENT,
                key -> true,
                new Faults.Fail(ErrorCode.FILESTORE_FAILED),
                new Faults.LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE)));
        assertFails(ErrorCode.FILESTORE_FAILED, () -> memory.putIfAbsent("a", bytes("1")));
        assertThat(memory.keys()).isEmpty();
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> memory.putIfAbsent("a", bytes("1")));
        assertThat(memory.putIfAbsent("a", bytes("2"))).isFalse();
        assertThat(memory.count(Faults.Operation.PUT_IF_ABSENT)).isEqualTo(3);
    }

    @Test
    void breaksAndTruncatesDownloads() throws IOException {
        memory.put("a", Content.of(bytes("0123456789")));
        memory.inject(Faults.first(
                Faults.Operation.OPEN,
                "a"::equals,
                new Faults.Break(4, ErrorCode.FILESTORE_FAILED),
                new Faults.Truncate(6)));
        try (InputStream in = memory.open("a", 0)) {
            assertThat(in.readNBytes(4)).asString().isEqualTo("0123");
            assertThatThrownBy(in::read).isInstanceOf(UnderstudyException.class);
        }
        try (InputStream in = memory.open("a", 2)) {
            assertThat(in.readAllBytes()).asString().isEqualTo("234567");
        }
        try (InputStream in = memory.open("a", 2)) {
            assertThat(in.readAllBytes()).asString().isEqualTo("23456789");
        }
    }

    @Test
    void listsInPages() {
        Stream.of("a", "b", "c").forEach(key -> memory.put(key, Content.of(new byte[1])));
        memory.pagesOf(2);
        assertThat(memory.page("", "").objects()).extracting(ObjectInfo::key).containsExactly("a", "b");
        assertThat(memory.page("", "").more()).isTrue();
        assertThat(memory.page("", "b").more()).isFalse();
        assertThat(memory.list("", "").map(ObjectInfo::key)).containsExactly("a", "b", "c");
    }

    @Test
    void delaysOnItsTicker() {
        memory.inject(Faults.always(new Faults.Delay(Duration.ofSeconds(9))));
        memory.put("a", Content.of(new byte[1]));
        assertThat(time.pauses()).containsExactly(Duration.ofSeconds(9));
        memory.inject(Faults.none());
        assertThat(memory.stat("a").orElseThrow().modified()).isEqualTo(time.now());
    }

    @Test
    void theSameSeedGivesTheSameTrouble() {
        assertThat(troubles(11)).isEqualTo(troubles(11)).isNotEqualTo(troubles(12));
    }

    private static List<String> troubles(long seed) {
        Faults faults = Faults.seeded(new Random(seed), 0.3);
        return Stream.generate(() -> faults.next(Faults.Operation.PUT, "a").toString())
                .limit(50)
                .toList();
    }
}

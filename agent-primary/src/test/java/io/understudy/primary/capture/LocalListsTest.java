package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Naming;
import io.understudy.state.StateEntry;
import io.understudy.testing.Failures;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalListsTest {
    @TempDir
    Path state;

    private final FakeTicker ticker = new FakeTicker(Instant.parse("2026-11-27T06:00:00Z"));
    private final MemoryBlobs repository = new MemoryBlobs();
    private final List<BlobRef> asked = new ArrayList<>();
    private LocalLists lists;
    private BlobSource source;

    @BeforeEach
    void create() {
        lists = new LocalLists(state, ticker);
        source = lists.of(
                blob -> {
                    asked.add(blob);
                    return repository.open(blob);
                },
                Naming.PUBLIC);
    }

    @Test
    void aListIsAskedForOnce() throws IOException {
        BlobRef list = put("a list");

        assertThat(read(list)).isEqualTo("a list");
        assertThat(read(list)).isEqualTo("a list");
        assertThat(asked).containsExactly(list);
    }

    @Test
    void anotherProcessFindsIt() throws IOException {
        BlobRef list = put("a list");
        read(list);
        create();

        assertThat(read(list)).isEqualTo("a list");
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatIsDamagedHereIsReadFromTheRepository() throws IOException {
        BlobRef list = put("a list");
        read(list);
        Files.writeString(file(list), "a lost");

        assertThat(read(list)).isEqualTo("a list");
        assertThat(Files.readString(file(list))).isEqualTo("a list");
    }

    @Test
    void contentIsNotKeptHere() throws IOException {
        BlobRef rows = put("x".repeat((256 << 10) + 1));
        read(rows);
        read(rows);

        assertThat(asked).hasSize(2);
        assertThat(file(rows)).doesNotExist();
    }

    @Test
    void aListThatIsWrittenIsReadHere() throws IOException {
        BlobSink keeping = lists.keeping((PlainSink) repository::put);
        byte[] bytes = "a list that is written".getBytes(StandardCharsets.UTF_8);
        BlobRef list = keeping.put(bytes, 0, bytes.length);
        create();

        assertThat(read(list)).isEqualTo("a list that is written");
        assertThat(asked).isEmpty();
    }

    @Test
    void aListThatIsWrittenTakesThePlaceOfADamagedOne() throws IOException {
        BlobSink keeping = lists.keeping((PlainSink) repository::put);
        byte[] bytes = "written".getBytes(StandardCharsets.UTF_8);
        BlobRef list = keeping.put(bytes, 0, bytes.length);
        Files.writeString(file(list), "damaged");
        keeping.put(bytes, 0, bytes.length);

        assertThat(read(list)).isEqualTo("written");
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsMissingInTheRepositoryIsMissing() {
        BlobRef list = put("a list");
        repository.remove(list.id());

        Failures.assertFails(ErrorCode.BLOB_MISSING, () -> read(list));
    }

    @Test
    void aFolderThatCannotBeWrittenCostsNothingButTime() throws IOException {
        Files.writeString(state.resolve("capture"), "in the way");
        BlobRef list = put("a list");

        assertThat(read(list)).isEqualTo("a list");
        assertThat(read(list)).isEqualTo("a list");
        assertThat(asked).hasSize(2);
    }

    @Test
    void whatIsNoLongerReadGoes() throws IOException {
        BlobRef old = put("old");
        BlobRef kept = put("kept");
        read(old);
        read(kept);
        ticker.advance(LocalLists.TRIMMED_EVERY);
        lists.trim();
        assertThat(file(old)).exists();
        read(kept);
        lists.trim();
        assertThat(file(old)).exists();
        ticker.advance(LocalLists.TRIMMED_EVERY);
        lists.trim();

        try (Stream<Path> files = Files.list(file(kept).getParent())) {
            assertThat(files).containsExactly(file(kept));
        }
    }

    private BlobRef put(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return repository.put(bytes, 0, bytes.length);
    }

    private String read(BlobRef blob) throws IOException {
        try (var in = source.open(blob)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path file(BlobRef blob) {
        return StateEntry.CAPTURE.in(state).resolve("lists").resolve(blob.id().hex());
    }
}

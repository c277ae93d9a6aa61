package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Samples;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamReaderTest {
    private final MemoryBlobs blobs = new MemoryBlobs();

    @Test
    void joinsTheBlobs() throws IOException {
        StreamRef stream = StreamRef.of(List.of(put("ab"), put("c"), put("ab")));
        try (StreamReader reader = reader(stream)) {
            assertThat(reader.read()).isEqualTo('a');
            assertThat(reader.readAllBytes()).asString().isEqualTo("bcab");
            assertThat(reader.read()).isEqualTo(-1);
        }
    }

    @Test
    void aStreamWithoutBlobsIsEmpty() throws IOException {
        assertThat(reader(StreamRef.of(List.of())).readAllBytes()).isEmpty();
    }

    @Test
    void saysWhatTheMissingBlobBelongsTo() {
        StreamRef stream = StreamRef.of(List.of(put("ab"), put("c")));
        blobs.remove(stream.direct().get(1).id());
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> reader(stream).readAllBytes());
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(e)
                .hasMessageContaining("table public.person")
                .hasMessageContaining(stream.direct().get(1).id().hex());
    }

    @Test
    void refusesAStreamThatIsNotAsLongAsItSays() {
        StreamRef lied = new StreamRef(4, List.of(put("ab"), put("c")), null);
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> reader(lied).readAllBytes());
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(e).hasMessageContaining("3 bytes where 4");
    }

    private BlobRef put(String text) {
        return blobs.put(Samples.text(text), 0, text.length());
    }

    private StreamReader reader(StreamRef stream) {
        return new StreamReader("table public.person", stream, blobs);
    }
}

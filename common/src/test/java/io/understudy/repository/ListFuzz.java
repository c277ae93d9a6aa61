package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.digest.TableDigest;
import io.understudy.testing.MemoryBlobs;
import java.util.List;
import java.util.stream.Stream;

/** The lists of tables and of sequences, with blobs that say what they hold: what is wrong is in the lines. */
public final class ListFuzz {
    private static final StreamRef SOME = StreamRef.of(List.of(
            new BlobRef(new BlobId("ab".repeat(32)), 100, 20, false),
            new BlobRef(new BlobId("cd".repeat(32)), 10, 20, true)));
    private static final StreamRef LONG = new StreamRef(1000, null, SOME);
    private static final TableDigest DIGEST = new TableDigest(List.of("0".repeat(32), "ab".repeat(16)));

    private ListFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("tables", ListFuzz::tables), new Named("sequences", ListFuzz::sequences));
    }

    private static FuzzTarget tables() {
        TableData plain = table("a", List.of(), null, new TableContent(SOME));
        TableData changed = table(
                "b",
                List.of("id", "text"),
                new Generated(List.of("sum"), DIGEST),
                new TableContent(LONG, List.of(new TableDelta(SOME, SOME), new TableDelta(SOME, LONG))));
        return target(List.of(plain, changed), TableData.class);
    }

    private static TableData table(String name, List<String> key, Generated generated, TableContent content) {
        return new TableData(
                "public",
                name,
                List.of("id", "text"),
                key,
                4711,
                110,
                key.isEmpty() ? null : DIGEST,
                generated,
                content);
    }

    private static FuzzTarget sequences() {
        return target(
                List.of(
                        new SequenceData("public", "a", 4711, true),
                        new SequenceData("public", "ä \"b\"", Long.MIN_VALUE, false)),
                SequenceData.class);
    }

    private static <T extends DatabaseData.Named> FuzzTarget target(List<T> values, Class<T> type) {
        MemoryBlobs real = new MemoryBlobs();
        byte[] all = real.content(written(values, real));
        return FuzzTarget.of(Form.JSON, List.of(all), input -> {
            MemoryBlobs blobs = new MemoryBlobs();
            List<T> read = read(stream(input, blobs), blobs, type);
            assertThat(read(written(read, blobs), blobs, type)).isEqualTo(read);
        });
    }

    private static <T extends DatabaseData.Named> StreamRef written(List<T> values, MemoryBlobs blobs) {
        StreamWriter lines = StreamWriter.list(blobs);
        T last = null;
        for (T value : values) {
            last = NamedLines.write(last, value, lines);
        }
        return lines.finish();
    }

    private static <T extends DatabaseData.Named> List<T> read(StreamRef list, MemoryBlobs blobs, Class<T> type) {
        try (Stream<T> lines = NamedLines.read("the list", list, blobs, type)) {
            return lines.toList();
        }
    }

    private static StreamRef stream(byte[] content, MemoryBlobs blobs) {
        StreamWriter writer = StreamWriter.list(blobs);
        writer.write(content, 0, content.length);
        return writer.finish();
    }
}

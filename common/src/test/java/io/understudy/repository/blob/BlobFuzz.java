package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.Samples;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stored blobs, the lists that name blobs, and the references. */
public final class BlobFuzz {
    private BlobFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("blob", BlobFuzz::blob),
                new Named("references", BlobFuzz::references),
                new Named("list-of-blobs", BlobFuzz::list));
    }

    /** Whatever is stored under a blob's name: its content comes out, or a failure. */
    private static FuzzTarget blob() throws IOException {
        InMemoryFilestore store = new InMemoryFilestore();
        Blobs blobs = new Blobs(store, Clock.systemUTC());
        List<byte[]> contents =
                List.of(new byte[50_000], Samples.rows(1, 20_000, 60), Samples.bytes(2, 3000), new byte[] {1});
        List<byte[]> frames = new ArrayList<>();
        Map<BlobRef, byte[]> known = new HashMap<>();
        for (byte[] content : contents) {
            BlobRef blob = blobs.put(content, 0, content.length);
            known.put(blob, content);
            try (InputStream in = store.open(blob.id().key(), 0)) {
                frames.add(in.readAllBytes());
            }
        }
        return FuzzTarget.of(Form.BYTES, frames, input -> {
                    for (Map.Entry<BlobRef, byte[]> each : known.entrySet()) {
                        store.put(each.getKey().id().key(), Content.of(input));
                        readOne(blobs, each.getKey(), each.getValue());
                    }
                })
                .documenting(IOException.class)
                // A frame may ask for a window of 64 MiB, which zstd allocates outside of the heap.
                .allocating(8 << 20, 20);
    }

    private static void readOne(Blobs blobs, BlobRef blob, byte[] content) throws IOException {
        try (InputStream in = blobs.open(blob)) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        } catch (io.understudy.failure.UnderstudyException e) {
            assertThat(e.code()).isEqualTo(io.understudy.failure.ErrorCode.BLOB_DAMAGED);
        }
    }

    private static StreamRef names() {
        List<BlobRef> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new BlobRef(new BlobId("%02x".formatted(i).repeat(32)), 1 + i, 20, i % 7 == 6));
        }
        return StreamRef.of(many);
    }

    private static FuzzTarget references() {
        MemoryBlobs real = new MemoryBlobs();
        References references = new References(real);
        StreamRef kept = references.keep(names());
        byte[] lines = real.content(references.finish());
        byte[] list = real.content(kept.list());
        return FuzzTarget.of(Form.JSON, List.of(lines, list), input -> {
            MemoryBlobs blobs = new MemoryBlobs();
            List<BlobRef> read = all(References.read(stream(input, blobs), blobs));
            StreamWriter again = StreamWriter.list(blobs);
            read.forEach(blob -> BlobJson.line(blob, again));
            assertThat(all(References.read(again.finish(), blobs))).isEqualTo(read);
        });
    }

    /** The list of a long stream, as its reader uses it: the blobs that it names are not there. */
    private static FuzzTarget list() {
        MemoryBlobs real = new MemoryBlobs();
        StreamRef kept = new References(real).keep(names());
        byte[] lines = real.content(kept.list());
        return FuzzTarget.of(Form.JSON, List.of(lines), input -> {
            MemoryBlobs blobs = new MemoryBlobs();
            StreamRef stream = StreamRef.listed(kept.bytes(), stream(input, blobs));
            stream.whole(blobs);
            try (StreamReader reader = new StreamReader("a table", stream, blobs)) {
                reader.readAllBytes();
            }
        });
    }

    private static List<BlobRef> all(java.util.Iterator<BlobRef> blobs) {
        List<BlobRef> all = new ArrayList<>();
        blobs.forEachRemaining(all::add);
        return all;
    }

    private static StreamRef stream(byte[] content, MemoryBlobs blobs) {
        StreamWriter writer = StreamWriter.list(blobs);
        writer.write(content, 0, content.length);
        return writer.finish();
    }
}

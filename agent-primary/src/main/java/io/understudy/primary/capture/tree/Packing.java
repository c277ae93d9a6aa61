package io.understudy.primary.capture.tree;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import io.understudy.repository.tree.Packs;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The packs that one capture fills. A pack has its name only when it is full, but the entries of its files are written
 * before: until then a number stands for it, as a blob whose name is that number. Not thread-safe.
 */
final class Packing {
    private static final int NUMBER_AT = ContentHash.LENGTH - Integer.BYTES;

    private final Packs packs;
    private List<BlobRef> done = List.of();

    Packing(BlobSink sink) {
        this.packs = Packs.of(sink);
    }

    /** @return where the content will lie; {@link #named} gives the packs their names */
    FileContent.Packed add(SafePath path, Attributes attributes, byte[] content, int size) {
        Packs.Place place = packs.add(path, attributes, content, size);
        return new FileContent.Packed(
                IntStream.rangeClosed(place.first(), place.last())
                        .mapToObj(Packing::standIn)
                        .toList(),
                place.offset());
    }

    /** Puts what is left. */
    void finish() {
        done = packs.finish();
    }

    boolean isStandIn(BlobRef blob) {
        return blob.stored() == 0;
    }

    /** What lies in packs with their real names; only after {@link #finish}. */
    FileContent.Packed named(FileContent.Packed packed) {
        return isStandIn(packed.pack())
                ? new FileContent.Packed(
                        packed.packs().stream().map(this::named).toList(), packed.offset())
                : packed;
    }

    private BlobRef named(BlobRef standIn) {
        byte[] name = HexFormat.of().parseHex(standIn.id().hex());
        return done.get(ByteBuffer.wrap(name).getInt(NUMBER_AT));
    }

    private static BlobRef standIn(int number) {
        byte[] name = new byte[ContentHash.LENGTH];
        ByteBuffer.wrap(name).putInt(NUMBER_AT, number);
        return new BlobRef(BlobId.of(name), 2L * Pack.SIZE, 0, false);
    }
}

package io.understudy.primary.capture.tree;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The packs that one capture fills. A pack has its name only when it is full, but the entries of its files are written
 * before: until then a number stands for it, as a blob whose name is that number. Not thread-safe.
 */
final class Packing {
    private static final int NUMBER_AT = ContentHash.LENGTH - Integer.BYTES;

    private final Pack pack;
    private final List<BlobRef> done = new ArrayList<>();

    Packing(BlobSink sink) {
        this.pack = new Pack(sink);
    }

    /** @return where the content will lie; {@link #named} gives the pack its name */
    FileContent.Packed add(SafePath path, Attributes attributes, byte[] content, int size) {
        if (!pack.fits(path, size)) {
            done.add(pack.finish());
        }
        long offset = pack.add(path, attributes, content, size);
        return new FileContent.Packed(standIn(done.size()), offset);
    }

    /** Puts what is left. */
    void finish() {
        if (!pack.isEmpty()) {
            done.add(pack.finish());
        }
    }

    boolean isStandIn(BlobRef blob) {
        return blob.stored() == 0;
    }

    /** The content with its pack's real name; only after {@link #finish}. */
    FileContent named(FileContent content) {
        if (content instanceof FileContent.Packed packed && isStandIn(packed.pack())) {
            byte[] name = java.util.HexFormat.of().parseHex(packed.pack().id().hex());
            return new FileContent.Packed(done.get(ByteBuffer.wrap(name).getInt(NUMBER_AT)), packed.offset());
        }
        return content;
    }

    private static BlobRef standIn(int number) {
        byte[] name = new byte[ContentHash.LENGTH];
        ByteBuffer.wrap(name).putInt(NUMBER_AT, number);
        return new BlobRef(BlobId.of(name), 2L * Pack.SIZE, 0, false);
    }
}

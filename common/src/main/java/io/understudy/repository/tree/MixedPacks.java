package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Naming;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Those of an encrypted repository: the packs are one tar archive that is cut at random lengths, so that none of them
 * says how long a file is. A capture's last pack, which ends where the last file ends, is padded by a random length; so
 * a small file that comes alone is as long as any other.
 *
 * <p>Random is what a secret and the content give ({@link Naming#draw}): a snapshot that is taken again after a failure
 * finds the packs that it stored before. Holds one pack in memory, at most {@link Pack#SIZE}. Not thread-safe.
 */
final class MixedPacks implements Packs {
    /** A pack has at least half of {@link Pack#SIZE}, in blocks of the archive. */
    private static final int BLOCKS = Pack.SIZE / 2 / TarHeader.BLOCK;
    /** A last pack is padded by up to its own length, but at least by up to this. */
    private static final int LEAST_PADDING = Pack.SMALL;

    private final BlobSink sink;
    private final Naming naming;
    private final List<BlobRef> done = new ArrayList<>();
    private byte[] buffer = new byte[64 << 10];
    private int length;
    private int end;
    private BlobId before;

    MixedPacks(BlobSink sink) {
        this.sink = sink;
        this.naming = sink.naming();
    }

    @Override
    public Place add(SafePath path, Attributes attributes, byte[] content, int size) {
        byte[] header = TarHeader.of(path, attributes, size);
        if (before == null) {
            before = naming.of(header, 0, header.length);
            end = drawnEnd();
        }
        append(header, header.length);
        int first = done.size();
        int offset = length;
        append(content, size);
        int last = length == 0 ? done.size() - 1 : done.size();
        append(new byte[TarHeader.BLOCK], TarHeader.rounded(size) - size);
        return new Place(first, last, offset);
    }

    @Override
    public List<BlobRef> finish() {
        if (length > 0) {
            long most = Math.min(Math.max(LEAST_PADDING, length), BlobSink.MOST_PADDING);
            int padding = (int) naming.draw("padding", naming.of(buffer, 0, length), most);
            done.add(sink.padded(padding).put(buffer, 0, length));
            length = 0;
        }
        return List.copyOf(done);
    }

    private void append(byte[] bytes, int count) {
        for (int at = 0; at < count; ) {
            int part = Math.min(count - at, end - length);
            reserve(length + part);
            System.arraycopy(bytes, at, buffer, length, part);
            length += part;
            at += part;
            if (length == end) {
                put();
            }
        }
    }

    private void put() {
        BlobRef pack = sink.put(buffer, 0, length);
        done.add(pack);
        before = pack.id();
        length = 0;
        end = drawnEnd();
    }

    /** Where the next pack ends. */
    private int drawnEnd() {
        return (BLOCKS + 1 + (int) naming.draw("end", before, BLOCKS)) * TarHeader.BLOCK;
    }

    private void reserve(int wanted) {
        if (wanted > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(Math.max(buffer.length * 2, wanted), Pack.SIZE));
        }
    }
}

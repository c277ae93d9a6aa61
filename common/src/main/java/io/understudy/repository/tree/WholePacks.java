package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import java.util.ArrayList;
import java.util.List;

/** Those of a plain repository: each file is whole in one {@link Pack}. */
final class WholePacks implements Packs {
    private final Pack pack;
    private final List<BlobRef> done = new ArrayList<>();

    WholePacks(BlobSink sink) {
        this.pack = new Pack(sink);
    }

    @Override
    public Place add(SafePath path, Attributes attributes, byte[] content, int size) {
        if (!pack.fits(path, size)) {
            done.add(pack.finish());
        }
        long offset = pack.add(path, attributes, content, size);
        return new Place(done.size(), done.size(), offset);
    }

    @Override
    public List<BlobRef> finish() {
        if (!pack.isEmpty()) {
            done.add(pack.finish());
        }
        return List.copyOf(done);
    }
}

package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import java.util.List;

/** The packs that one capture fills, one after the other. Not thread-safe. */
public interface Packs {
    /**
     * Where a content lies.
     *
     * @param first the number of the pack that it begins in, from 0 on
     * @param last the number of the pack that it ends in
     * @param offset of its first byte in the first pack
     */
    record Place(int first, int last, long offset) {}

    /** Those of the repository that the sink writes to: in an encrypted one they are mixed. */
    static Packs of(BlobSink sink) {
        return sink.naming().isPublic() ? new WholePacks(sink) : new MixedPacks(sink);
    }

    /**
     * Appends a content.
     *
     * @param size at least 1 and less than {@link Pack#SMALL}, in an encrypted repository than {@link Pack#SIZE}
     */
    Place add(SafePath path, Attributes attributes, byte[] content, int size);

    /** Puts what is left; nothing may be added then. @return the packs in the order of their numbers */
    List<BlobRef> finish();
}

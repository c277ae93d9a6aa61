package io.understudy.repository.blob;

import java.util.Iterator;

/**
 * What a part of a snapshot needs, as a stream of its own: every blob once, in the order in which they were first
 * named. Retention, transfer and verification read that stream and no content. Not thread-safe; the blobs that were
 * named take about 50 bytes of memory each.
 */
public final class References {
    private final BlobSink sink;
    private final StreamWriter lines;
    private final KnownBlobs named = KnownBlobs.none();

    public References(BlobSink sink) {
        this.sink = sink.ofNames();
        this.lines = StreamWriter.list(this.sink);
    }

    /**
     * The blobs that a stream of references names, one after the other.
     *
     * @throws io.understudy.failure.UnderstudyException while it is consumed: {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public static Iterator<BlobRef> read(StreamRef references, BlobSource source) {
        return BlobJson.lines(references, source);
    }

    /** Names a blob. */
    public void add(BlobRef blob) {
        if (named.addNew(blob)) {
            BlobJson.line(blob, lines);
        }
    }

    /**
     * Names the blobs of a stream, and of its list where it is long.
     *
     * @param whole the stream with all blobs
     * @return the stream as it is to be written down
     */
    public StreamRef keep(StreamRef whole) {
        whole.direct().forEach(this::add);
        StreamRef kept = shortened(whole);
        kept.listing().forEach(this::add);
        return kept;
    }

    /** The stream of references; it does not name its own blobs. */
    public StreamRef finish() {
        StreamRef whole = lines.finish();
        StreamRef kept = shortened(whole);
        named.addAll(whole.direct());
        named.addAll(kept.listing());
        return kept;
    }

    /** All blobs that were named, after {@link #finish} those of the references too. */
    public KnownBlobs named() {
        return named;
    }

    private StreamRef shortened(StreamRef whole) {
        if (whole.direct().size() <= StreamRef.MOST_DIRECT) {
            return whole;
        }
        StreamWriter list = StreamWriter.list(sink);
        whole.direct().forEach(blob -> BlobJson.line(blob, list));
        return StreamRef.listed(whole.bytes(), list.finish());
    }
}

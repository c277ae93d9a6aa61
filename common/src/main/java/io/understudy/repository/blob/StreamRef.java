package io.understudy.repository.blob;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * An ordered list of blobs; their decoded concatenation is a standard file. A short stream names its blobs itself. A
 * long one, of more than {@link #MOST_DIRECT} blobs, names a stream that lists them, so that what describes it stays
 * small; {@link References#keep} makes that list.
 *
 * <pre>{@code
 * {"bytes":10,"blobs":[{"id":"…","bytes":10,"stored":20}]}
 * {"bytes":900000000,"list":{"bytes":24000,"blobs":[{"id":"…","bytes":24000,"stored":11000}]}}
 * }</pre>
 *
 * @param bytes of the decoded concatenation
 * @param direct the blobs of a stream that names them itself; null where there is a list
 * @param list the stream of JSON lines that names the blobs, one level deep; null where they are named here
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamRef(long bytes, @JsonProperty("blobs") List<BlobRef> direct, StreamRef list) {
    /** How many blobs a stream names itself at most when it is written down. */
    public static final int MOST_DIRECT = 32;
    /** Without bytes. */
    public static final StreamRef NONE = of(List.of());

    public StreamRef {
        if ((direct == null) == (list == null)) {
            throw new IllegalArgumentException("a stream has either blobs or a list of them");
        }
        if (list != null && list.list != null) {
            throw new IllegalArgumentException("the list of a stream's blobs has a list itself");
        }
        direct = direct == null ? null : List.copyOf(direct);
    }

    public static StreamRef of(List<BlobRef> blobs) {
        return new StreamRef(blobs.stream().mapToLong(BlobRef::bytes).sum(), blobs, null);
    }

    /** @param list of the blobs of a stream of so many bytes */
    static StreamRef listed(long bytes, StreamRef list) {
        return new StreamRef(bytes, null, list);
    }

    /**
     * The blobs in order; those of a list one after the other, as they are consumed.
     *
     * @param source where the list is
     */
    public Iterator<BlobRef> blobs(BlobSource source) {
        return list == null ? direct.iterator() : BlobJson.lines(list, source);
    }

    /** The same stream with all blobs named directly: in memory, never written to a repository when it is long. */
    public StreamRef whole(BlobSource source) {
        if (list == null) {
            return this;
        }
        List<BlobRef> all = new ArrayList<>();
        blobs(source).forEachRemaining(all::add);
        return new StreamRef(bytes, all, null);
    }

    /** The blobs that are needed to know the others: those of the list. */
    public List<BlobRef> listing() {
        return list == null ? List.of() : list.direct;
    }
}

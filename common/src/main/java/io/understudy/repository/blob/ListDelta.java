package io.understudy.repository.blob;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The blobs of two versions of a list, such as the tables of two snapshots, that only one of them has. Lists are cut at
 * the ends of lines, and no line is in one twice: so these blobs hold all lines that differ, and a few that do not.
 *
 * @param before blobs of the older list alone, in order; a stream in memory, that no repository holds
 * @param after those of the newer one
 */
public record ListDelta(StreamRef before, StreamRef after) {
    /**
     * @param source where both are, as far as they are long
     * @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public static ListDelta between(StreamRef before, StreamRef after, BlobSource source) {
        if (before.equals(after)) {
            return new ListDelta(StreamRef.of(List.of()), StreamRef.of(List.of()));
        }
        List<BlobRef> olds = before.whole(source).direct();
        List<BlobRef> news = after.whole(source).direct();
        return new ListDelta(StreamRef.of(without(olds, news)), StreamRef.of(without(news, olds)));
    }

    /** A line that is longer than a blob is not cut away from its end: those blobs count as one. */
    private static List<BlobRef> without(List<BlobRef> blobs, List<BlobRef> others) {
        Set<List<BlobRef>> there = new HashSet<>(pieces(others));
        return pieces(blobs).stream()
                .filter(piece -> !there.contains(piece))
                .flatMap(List::stream)
                .toList();
    }

    private static List<List<BlobRef>> pieces(List<BlobRef> blobs) {
        List<List<BlobRef>> pieces = new ArrayList<>();
        List<BlobRef> piece = new ArrayList<>();
        for (BlobRef blob : blobs) {
            piece.add(blob);
            if (!blob.continues()) {
                pieces.add(List.copyOf(piece));
                piece.clear();
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
        return pieces;
    }
}

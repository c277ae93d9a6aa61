package io.understudy.repository;

import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The blobs that only one of two streams of rows names: those that both name cancel each other, each as often as both
 * have it. A row that is longer than a blob, and the blobs that it lies in, count as one.
 *
 * @param before in the order of the older stream
 * @param after in that of the newer
 */
public record ChangedBlobs(List<Place> before, List<Place> after) {
    /** @param start plain bytes of the stream before it */
    public record Place(BlobRef blob, long start) {}

    /**
     * @param olds blobs of the older stream
     * @param news of the newer one
     * @return empty when a row longer than a blob differs: it would have to be held in memory as a whole
     */
    public static Optional<ChangedBlobs> between(StreamRef before, BlobSource olds, StreamRef after, BlobSource news) {
        Map<List<BlobId>, int[]> counts = new HashMap<>();
        runs(before, olds, (run, start) -> count(counts, run)[0]--);
        runs(after, news, (run, start) -> count(counts, run)[0]++);
        List<Place> gone = new ArrayList<>();
        List<Place> came = new ArrayList<>();
        boolean plain = left(before, olds, counts, -1, gone) && left(after, news, counts, 1, came);
        return plain ? Optional.of(new ChangedBlobs(gone, came)) : Optional.empty();
    }

    private static int[] count(Map<List<BlobId>, int[]> counts, List<BlobRef> run) {
        return counts.computeIfAbsent(ids(run), none -> new int[1]);
    }

    private static List<BlobId> ids(List<BlobRef> run) {
        return run.size() == 1
                ? List.of(run.get(0).id())
                : run.stream().map(BlobRef::id).toList();
    }

    /** @return false when one of those that are left has more than one blob */
    private static boolean left(
            StreamRef stream, BlobSource source, Map<List<BlobId>, int[]> counts, int side, List<Place> left) {
        boolean[] plain = {true};
        runs(stream, source, (run, start) -> {
            int[] count = count(counts, run);
            if (count[0] * side > 0) {
                count[0] -= side;
                plain[0] &= run.size() == 1;
                left.add(new Place(run.get(0), start));
            }
        });
        return plain[0];
    }

    /** Gives the blobs one by one, those that a row lies across together, each with the bytes before it. */
    private static void runs(StreamRef stream, BlobSource source, BiConsumer<List<BlobRef>, Long> each) {
        List<BlobRef> run = new ArrayList<>(1);
        long start = 0;
        for (Iterator<BlobRef> blobs = stream.blobs(source); blobs.hasNext(); ) {
            BlobRef blob = blobs.next();
            run.add(blob);
            if (!blob.continues()) {
                each.accept(run, start);
                start += run.stream().mapToLong(BlobRef::bytes).sum();
                run = new ArrayList<>(1);
            }
        }
        if (!run.isEmpty()) {
            each.accept(run, start);
        }
    }
}

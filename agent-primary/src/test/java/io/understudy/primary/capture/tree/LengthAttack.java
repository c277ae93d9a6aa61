package io.understudy.primary.capture.tree;

import io.understudy.age.AgeFiles;
import io.understudy.age.Padme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Who has some files, sees the objects of a filestore (their lengths, in the order in which they came, by snapshot) and
 * guesses which of the files are in it. Every coincidence of lengths counts by how seldom files that do not exist have
 * it: an object as long as the file, a run of objects, a snapshot that grew by one, two or three of the files, the
 * lengths of all blobs that the file has by the public table. Names are not looked at.
 */
final class LengthAttack {
    /** What is shorter is taken for an index or references. */
    private static final long LISTS = 4_000;

    private static final double[] TOLERANCES = {0.002, 0.01, 0.035, 0.1, 0.5};
    private static final int DECOYS = 400;

    private final List<long[]> snapshots;
    private final LongUnaryOperator stored;
    private final Random random;

    /**
     * @param snapshots the lengths of the objects that came with each
     * @param encrypted whether they are those of an encrypted repository
     */
    LengthAttack(List<long[]> snapshots, boolean encrypted, Random random) {
        this.snapshots = snapshots.stream()
                .map(lengths ->
                        Arrays.stream(lengths).filter(length -> length > LISTS).toArray())
                .toList();
        this.stored = encrypted ? frame -> AgeFiles.most(Padme.padded(frame + 20), 1) : frame -> frame + 20;
        this.random = random;
    }

    /** A file of whom he has the content. @param blobs the lengths of its blobs by the public table */
    record Known(String name, long size, long[] blobs) {}

    /** The half of the files that are rather in it. */
    List<Known> guess(List<Known> known, LongUnaryOperator decoys) {
        long[] sizes = known.stream().mapToLong(Known::size).toArray();
        long[] others =
                IntStream.range(0, DECOYS).mapToLong(decoys::applyAsLong).toArray();
        double[] scores = new double[sizes.length];
        for (LongPredicate evidence : evidence(sizes)) {
            double weight = -Math.log((Arrays.stream(others).filter(evidence).count() + 1.0) / (DECOYS + 1.0));
            for (int i = 0; i < sizes.length; i++) {
                scores[i] = evidence.test(sizes[i]) ? Math.max(scores[i], weight) : scores[i];
            }
        }
        for (int i = 0; i < sizes.length; i++) {
            long[] blobs = known.get(i).blobs;
            scores[i] += snapshots.stream().anyMatch(snapshot -> holds(snapshot, blobs)) ? 20 : 0;
        }
        Map<Double, Known> ranked = new TreeMap<>(Comparator.reverseOrder());
        for (int i = 0; i < sizes.length; i++) {
            ranked.put(scores[i] + random.nextDouble() * 1e-6, known.get(i));
        }
        return ranked.values().stream().limit(sizes.length / 2).toList();
    }

    private List<LongPredicate> evidence(long[] sizes) {
        long[] groups = sums(sizes);
        List<LongPredicate> all = new ArrayList<>();
        for (long[] snapshot : snapshots) {
            long[] lengths = sorted(Arrays.stream(snapshot));
            long[] runs = sorted(IntStream.rangeClosed(0, snapshot.length)
                    .boxed()
                    .flatMapToLong(from -> IntStream.rangeClosed(from + 2, snapshot.length)
                            .mapToLong(to -> Arrays.stream(snapshot, from, to).sum())));
            long grown = LongStream.of(snapshot).sum();
            all.add(size -> between(lengths, stored.applyAsLong(size) - 900, stored.applyAsLong(size + 1024)));
            for (double tolerance : TOLERANCES) {
                all.add(size -> between(lengths, size, (long) (size * (1 + tolerance)) + 1024));
                all.add(size -> between(runs, (long) (size * (1 - tolerance)), (long) (size * (1 + tolerance))));
                all.add(size -> size <= grown && grown <= size * (1 + tolerance));
                all.add(size -> between(groups, (long) (grown / (1 + tolerance)) - size, grown - size));
            }
        }
        return all;
    }

    /** Of one or two. */
    private static long[] sums(long[] sizes) {
        return sorted(LongStream.concat(
                Arrays.stream(sizes),
                Arrays.stream(sizes).flatMap(one -> Arrays.stream(sizes).map(other -> one + other))));
    }

    private static long[] sorted(LongStream values) {
        return values.sorted().toArray();
    }

    private static boolean between(long[] sorted, long least, long most) {
        int at = Arrays.binarySearch(sorted, least);
        int first = at < 0 ? -at - 1 : at;
        return first < sorted.length && sorted[first] <= most;
    }

    private boolean holds(long[] snapshot, long[] blobs) {
        long[] lengths = sorted(Arrays.stream(snapshot));
        return blobs.length > 0
                && Arrays.stream(blobs).map(stored).allMatch(length -> between(lengths, length - 700, length + 700));
    }
}

package io.understudy.repository;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which of the numbers that names carry an agent can have given. Anyone who writes into the filestore chooses the name
 * of an object; agents give epochs and sequences one after the other. So a number far above all lower ones is junk: it
 * stops no promotion, and the next number is not counted from it.
 */
final class GivenNumbers {
    /** Epochs in a row whose claims may be gone; no agent deletes one. */
    static final int OF_EPOCHS = 1_000;

    /** Snapshots in a row that retention may have deleted: one a minute, for almost two years. */
    static final int OF_SEQUENCES = 1_000_000;

    /** Numbers behind the highest signed one that the name of an object uses up. */
    private static final int USED_UP = 1_000;

    private GivenNumbers() {}

    /**
     * The highest number that was given.
     *
     * @param from a number that is known to have been given; 0: none
     * @param gap how many numbers in a row may lack an object before what follows counts as junk
     * @param numbers in any order
     */
    static int highest(int from, int gap, IntStream numbers) {
        int highest = from;
        for (int number : numbers.sorted().toArray()) {
            if (number - highest > gap) {
                break;
            }
            highest = Math.max(highest, number);
        }
        return highest;
    }

    /**
     * The sequence for the next snapshot: a free one above the highest that is signed and above what is named within a
     * thousand of it, so that a person who writes names uses up no more than that with each snapshot. Where none is
     * signed, as far as names can have been given.
     *
     * @param signed whether a trusted key signed a snapshot; asked of the highest sequences first
     */
    static int nextSequence(List<SnapshotId> named, Predicate<SnapshotId> signed) {
        int[] sequences = named.stream().mapToInt(SnapshotId::sequence).toArray();
        int next = 1
                + named.stream()
                        .sorted(Comparator.comparingInt(SnapshotId::sequence).reversed())
                        .filter(signed)
                        .findFirst()
                        .map(base -> IntStream.of(sequences)
                                .filter(each -> each - base.sequence() <= USED_UP)
                                .max()
                                .orElse(base.sequence()))
                        .orElseGet(() -> highest(0, OF_SEQUENCES, IntStream.of(sequences)));
        Set<Integer> taken = IntStream.of(sequences).boxed().collect(Collectors.toSet());
        while (taken.contains(next)) {
            next++;
        }
        return next;
    }
}

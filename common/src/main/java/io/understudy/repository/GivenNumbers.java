package io.understudy.repository;

import java.util.stream.IntStream;

/**
 * Which of the numbers that names carry an agent can have given. Anyone who writes into the filestore chooses the name
 * of an object; agents give epochs and sequences one after the other. So a number far above all lower ones is junk: it
 * fences no server, it stops no promotion, and the next number is not counted from it.
 */
final class GivenNumbers {
    /** Epochs in a row whose claims may be gone; no agent deletes one. */
    static final int OF_EPOCHS = 1_000;

    /** Snapshots in a row that retention may have deleted: one a minute, for almost two years. */
    static final int OF_SEQUENCES = 1_000_000;

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
}

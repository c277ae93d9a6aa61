package io.understudy.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was measured, run by run, all in one unit.
 *
 * @param values at least one
 */
record Sample(List<Double> values) {
    Sample {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
    }

    /** The middle value; of an even number the mean of the two in the middle. */
    double median() {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** @param sorted in ascending order @param share 0.95: the value that all but the largest twentieth are below */
    static double quantile(double[] sorted, double share) {
        return sorted[(int) (sorted.length * share)];
    }

    double least() {
        return Collections.min(values);
    }

    double most() {
        return Collections.max(values);
    }
}

package io.understudy.bench;

/** Two contenders in turn, the one who begins changing from run to run. */
final class Turns {
    private Turns() {}

    static void take(int runs, Runnable ours, Runnable theirs) {
        for (int run = 0; run < runs; run++) {
            if (run % 2 == 0) {
                ours.run();
                theirs.run();
            } else {
                theirs.run();
                ours.run();
            }
        }
    }
}

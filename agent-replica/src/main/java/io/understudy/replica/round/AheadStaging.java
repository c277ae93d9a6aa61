package io.understudy.replica.round;

import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.stage.Stage;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Stages the files of what is loaded ahead, so that a promotion only exchanges them: where a tree changed, for a tenth
 * of the time at most, as all of a tree is compared with its index each time. A promotion stages what this left.
 * With a bucket nothing is staged ahead: it would be written where the snapshot before has its objects, and take the
 * way back.
 *
 * <p>Not for concurrent use.
 */
final class AheadStaging {
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(10);
    private static final int SHARE = 10;

    private final SnapshotSource source;
    private final Stage stage;
    private final Ticker ticker;
    private List<TreeData> staged = List.of();
    private Duration pause = Duration.ZERO;
    private long ended;

    AheadStaging(SnapshotSource source, Stage stage, Ticker ticker) {
        this.source = source;
        this.stage = stage;
        this.ticker = ticker;
    }

    /**
     * @param live what the trees hold
     * @throws io.understudy.failure.UnderstudyException as {@link Stage#prepare}; nothing that is live was touched
     */
    void run(Manifest ahead, Optional<Manifest> live, Progress progress) {
        if (ahead.trees().stream().anyMatch(tree -> tree.kind() == TreeKind.BUCKET)) {
            return;
        }
        boolean same = ahead.trees().equals(staged)
                || live.filter(manifest -> manifest.trees().equals(ahead.trees()))
                        .isPresent();
        if (same || ticker.since(ended).compareTo(pause) < 0) {
            return;
        }
        long start = ticker.nanos();
        pause = AFTER_FAILURE;
        try {
            stage.prepare(ahead, source.blobs(), progress);
            staged = ahead.trees();
            Duration share = ticker.since(start).multipliedBy(SHARE);
            pause = share.compareTo(SHORTEST) > 0 ? share : SHORTEST;
        } finally {
            ended = ticker.nanos();
        }
    }

    /** It was given up, and did not fail. */
    void givenUp() {
        pause = Duration.ZERO;
    }
}

package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.repository.ClosureData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Decides whether a snapshot is held. What cannot be compared is held too: an operator looks at it, and nothing is lost
 * in between, for N-1 serves.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class HoldJudge {
    private final HoldSettings settings;
    private final HoldBook book;
    private final Events events;

    public HoldJudge(HoldSettings settings, HoldBook book, Events events) {
        this.settings = settings;
        this.book = book;
        this.events = events;
    }

    /**
     * What a snapshot is judged in.
     *
     * @param live what is applied
     * @param before the newest that is not held and is applied or loaded
     * @param older gives the manifest of an older snapshot, whose lists {@code blobs} has then
     */
    public record Context(
            SnapshotId live, SnapshotId before, Function<SnapshotId, Manifest> older, Supplier<BlobSource> blobs) {}

    /**
     * By what its manifest and lists say, before it is loaded. A snapshot that is held is noted durably on return.
     *
     * @return whether it is held
     * @throws UnderstudyException of the filestore, where what it is compared with has to be fetched; of the book
     */
    public boolean judge(Manifest manifest, Context context) {
        SnapshotId against =
                book.against(manifest.snapshot(), Optional.of(context.live())).orElseThrow();
        boolean free = !settings.isOn() || against.compareTo(manifest.snapshot()) >= 0;
        if (!free) {
            warn(manifest);
        }
        boolean held = !free && hold(manifest, against, context, compared(manifest, against, context));
        if (!held && book.isHeld(manifest.snapshot())) {
            // By other limits, or compared with another one.
            passed(manifest.snapshot());
        }
        return held;
    }

    private HoldFindings compared(Manifest manifest, SnapshotId against, Context context) {
        try {
            return new Comparison(settings, context.blobs().get())
                    .of(context.older().apply(against), manifest);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent() && !e.code().isOfBlob() && e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw e;
            }
            HoldFindings findings = new HoldFindings();
            findings.add(HoldFinding.plain(
                    "compare", "all of it", "it cannot be compared with " + against + ": " + e.getMessage()));
            return findings;
        }
    }

    /**
     * By what the queries said of the database that was loaded.
     *
     * @param failing those that do not hold, for people
     * @return whether it is held
     */
    public boolean judgeLoaded(Manifest manifest, Context context, List<String> failing) {
        SnapshotId against =
                book.against(manifest.snapshot(), Optional.of(context.live())).orElseThrow();
        if (failing.isEmpty() || against.compareTo(manifest.snapshot()) >= 0) {
            return false;
        }
        HoldFindings findings = new HoldFindings();
        if (book.isHeld(manifest.snapshot())) {
            book.current()
                    .ifPresent(hold -> hold.findings().stream()
                            .filter(each -> !each.sign().equals("query"))
                            .forEach(findings::add));
        }
        failing.forEach(each -> findings.add(HoldFinding.plain("query", "query", each)));
        return hold(manifest, against, context, findings);
    }

    private boolean hold(Manifest manifest, SnapshotId against, Context context, HoldFindings findings) {
        if (findings.isEmpty()) {
            return false;
        }
        boolean first = book.hold(manifest, against, context.before(), findings);
        String why = book.current().orElseThrow().why();
        events.report(
                first
                        ? new ReplicaEvent.SnapshotHeld(manifest.snapshot(), against, why)
                        : new ReplicaEvent.HoldContinues(manifest.snapshot(), why));
        return true;
    }

    /** It is within all limits, or is live: what was held up to it is over. */
    public void passed(SnapshotId snapshot) {
        book.passed(snapshot).ifPresent(hold -> events.report(new ReplicaEvent.HoldEnded(hold.snapshot(), snapshot)));
    }

    private void warn(Manifest manifest) {
        for (ClosureData each : manifest.closure()) {
            if (!settings.closureHolds() && each.missing() > 0) {
                events.report(new ReplicaEvent.ClosureIncomplete(manifest.snapshot(), each.text(), each.named(3)));
            }
        }
    }
}

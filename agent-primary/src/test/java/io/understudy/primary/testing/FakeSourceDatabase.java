package io.understudy.primary.testing;

import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A database of one table, whose rows a test sets. */
public final class FakeSourceDatabase implements SourceDatabase {
    private final Clock clock;
    private List<String> rows = List.of("1\tfirst");
    private Runnable during = () -> {};
    private Runnable beforeMoments = () -> {};
    private List<Runnable> moments = List.of();
    private long ended = 10;
    private int captures;
    private Optional<SnapshotId> builtOn = Optional.empty();
    private final List<String> notices = new CopyOnWriteArrayList<>();

    public FakeSourceDatabase(Clock clock) {
        this.clock = clock;
    }

    public synchronized void rows(String... rows) {
        this.rows = List.of(rows);
        ended++;
    }

    /** A transaction of another database of the server. */
    public synchronized void endElsewhere() {
        ended++;
    }

    /** The snapshot that the last capture could build on: what change tracking knows it by. */
    public synchronized Optional<SnapshotId> builtOn() {
        return builtOn;
    }

    /** How often it was captured. */
    public synchronized int captures() {
        return captures;
    }

    @Override
    public synchronized Optional<MomentSeen> look() {
        return Optional.of(MomentSeen.of("fake", ended + ":" + ended + ":"));
    }

    /** From now on each capture takes so many moments, and does the first thing behind the first of them, and so on. */
    public synchronized void moments(Runnable... behind) {
        this.moments = List.of(behind);
    }

    /** Runs right before each moment from now on. */
    public synchronized void beforeMoments(Runnable before) {
        this.beforeMoments = before;
    }

    /** Runs in the middle of each capture from now on. */
    public synchronized void during(Runnable during) {
        this.during = during;
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
        List<String> now;
        Runnable beforeMoment;
        Runnable hook;
        Optional<MomentSeen> seen;
        synchronized (this) {
            beforeMoment = beforeMoments;
            now = rows;
            hook = during;
            seen = look();
            captures++;
            builtOn = before.flatMap(Before::newest).map(Before.Newest::snapshot);
        }
        for (Runnable behind : moments) {
            beforeMoment.run();
            frozen.run();
            behind.run();
        }
        progress.report("database", 0, 100);
        StreamRef archive = stream(sink, "archive");
        hook.run();
        StreamRef content = stream(sink, String.join("\n", now) + "\n");
        progress.report("database", 100, 100);
        TableData table = new TableData(
                "public",
                "note",
                List.of("id", "text"),
                List.of("id"),
                now.size(),
                content.bytes(),
                null,
                null,
                new TableContent(content));
        DatabaseWriter lists = new DatabaseWriter(sink);
        lists.add(table);
        return new Captured(
                clock.instant(),
                "0/1A2B3C",
                150019,
                "15.19",
                lists.finish("site", properties(), "ab".repeat(32), 8 << 20, archive),
                notice(),
                seen,
                new Effort(true, Duration.ZERO, Duration.ZERO));
    }

    /** What became of the captures, in order: {@code intended 00000001-00000002}, {@code committed}. */
    public List<String> notices() {
        return List.copyOf(notices);
    }

    private CommitNotice notice() {
        return new CommitNotice() {
            @Override
            public void intended(SnapshotId snapshot) {
                notices.add("intended " + snapshot);
            }

            @Override
            public void committed() {
                notices.add("committed");
            }

            @Override
            public void unchanged(SnapshotId same) {
                notices.add("unchanged " + same);
            }
        };
    }

    private static StreamRef stream(BlobSink sink, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        BlobRef blob = sink.put(bytes, 0, bytes.length);
        return StreamRef.of(List.of(blob));
    }

    private static DatabaseProperties properties() {
        return new DatabaseProperties(
                "UTF8",
                "C.UTF-8",
                "C.UTF-8",
                "libc",
                null,
                null,
                null,
                "site",
                -1,
                null,
                List.of(),
                null,
                List.of(),
                List.of("site"));
    }
}

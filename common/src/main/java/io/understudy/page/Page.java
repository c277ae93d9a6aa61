package io.understudy.page;

import io.understudy.cli.Problem;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the status page of an agent shows. All texts are plain: the page escapes them.
 *
 * @param progress of a snapshot or an import that runs
 * @param facts role, epoch, marker and what else is one line
 * @param errors last errors, the most important first
 * @param tables replicas, filestores
 */
public record Page(
        Head head,
        Verdict verdict,
        Optional<DataAge> age,
        Optional<Progress> progress,
        List<Fact> facts,
        List<Error> errors,
        List<Table> tables,
        Timeline timeline) {
    public Page {
        facts = List.copyOf(facts);
        errors = List.copyOf(errors);
        tables = List.copyOf(tables);
    }

    /**
     * Of what this is the page.
     *
     * @param agent {@code agent-primary} or {@code agent-replica}
     * @param now when this was looked at
     */
    public record Head(String site, String server, String agent, String version, Instant now) {}

    /**
     * The one thing that everybody wants to know.
     *
     * @param question {@code Could we switch now?}
     * @param answer one sentence
     */
    public record Verdict(Level level, String question, String answer) {}

    /**
     * How old the data is that would be served.
     *
     * @param moment of that data
     * @param target how old it may be; empty: nothing says so
     */
    public record DataAge(Instant moment, Optional<Duration> target) {
        /** Whether it is older than it may be. */
        public boolean isOver(Instant now) {
            return target.filter(most -> of(now).compareTo(most) > 0).isPresent();
        }

        Level level(Instant now) {
            return target.isEmpty() ? Level.PLAIN : isOver(now) ? Level.BAD : Level.GOOD;
        }

        /** 0 for data of a server whose clock runs ahead. */
        public Duration of(Instant now) {
            Duration age = Duration.between(moment, now);
            return age.isNegative() ? Duration.ZERO : age;
        }
    }

    /**
     * @param what runs: {@code load 00000001-00000042}
     * @param totalBytes 0 or less while it is unknown
     */
    public record Progress(String what, long doneBytes, long totalBytes) {}

    public record Fact(String name, String value, Level level) {
        public static Fact plain(String name, String value) {
            return new Fact(name, value, Level.PLAIN);
        }
    }

    /** @param at when it happened; empty: it is true now */
    public record Error(String subject, Problem problem, Optional<Instant> at) {}

    /** @param rows each has as many cells as there are columns */
    public record Table(String title, List<String> columns, List<Row> rows) {
        public Table {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }

    /** @param level of the first cell, which names what the row is about */
    public record Row(Level level, List<String> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /**
     * The snapshots that were seen in the repository, oldest first.
     *
     * @param seen when the repository was last read for it; empty: not yet
     * @param left how many older ones are not shown
     * @param failure why the last look failed; all else is older then
     */
    public record Timeline(Optional<Instant> seen, List<Snapshot> snapshots, int left, Optional<String> failure) {
        public Timeline {
            snapshots = List.copyOf(snapshots);
        }

        static final Timeline UNREAD = new Timeline(Optional.empty(), List.of(), 0, Optional.empty());

        Timeline failed(String why) {
            return new Timeline(seen, snapshots, left, Optional.of(why));
        }

        /** The same with what this server knows of each snapshot. */
        public Timeline with(Function<SnapshotId, String> state) {
            return new Timeline(
                    seen,
                    snapshots.stream()
                            .map(each -> each.with(state.apply(each.last())))
                            .toList(),
                    left,
                    failure);
        }
    }

    /**
     * One snapshot, or continuous ones in a row.
     *
     * @param first of those in a row; {@code last} where it is one
     * @param moment of the last one's data
     * @param bytes of all content, plain
     * @param newBytes as stored, that were new with the last one
     * @param state such as {@code live}; empty for none
     */
    public record Snapshot(
            SnapshotId first,
            SnapshotId last,
            Instant moment,
            List<String> periods,
            long bytes,
            long newBytes,
            String state) {
        public Snapshot {
            periods = List.copyOf(periods);
        }

        Snapshot with(String text) {
            return new Snapshot(first, last, moment, periods, bytes, newBytes, text);
        }

        String name() {
            return first.equals(last) ? last.toString() : first + " \u2026 " + last;
        }
    }
}

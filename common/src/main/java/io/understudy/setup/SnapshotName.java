package io.understudy.setup;

import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a person names a snapshot on the command line: by its ID ({@code 00000001-00000042}), as {@code latest}, or by a
 * moment ({@code @2026-11-20T10:00Z}, {@code @"2 days ago"}), which means the newest snapshot whose data is of that
 * moment or before.
 */
public final class SnapshotName {
    /** The name of the newest snapshot. */
    public static final String LATEST = "latest";

    /** For the description of a parameter. */
    public static final String FORMS = "its ID as in the list, latest, @2026-11-20T10:00Z or @\"2 days ago\"";

    private final String text;
    private final Optional<SnapshotId> id;
    private final Optional<MomentName> moment;

    private SnapshotName(String text, Optional<SnapshotId> id, Optional<MomentName> moment) {
        this.text = text;
        this.id = id;
        this.moment = moment;
    }

    /**
     * The snapshot that a name means.
     *
     * @param remark which one that is and why, for a person; empty where the name is an ID
     */
    public record Found(SnapshotId snapshot, Optional<String> remark) {}

    /**
     * @param clock now, and the zone of days and of times without one
     * @throws UnderstudyException {@code USAGE}
     */
    public static SnapshotName parse(String text, Clock clock) {
        if (text.equals(LATEST)) {
            return new SnapshotName(text, Optional.empty(), Optional.empty());
        }
        if (text.startsWith("@")) {
            return new SnapshotName(text, Optional.empty(), Optional.of(MomentName.parse(text, clock)));
        }
        return new SnapshotName(text, Optional.of(id(text)), Optional.empty());
    }

    private static SnapshotId id(String text) {
        try {
            return SnapshotId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + text + "\": this is not the name of a snapshot",
                    NearestName.of(text, List.of(LATEST))
                                    .map(near -> "did you mean " + near + "? Else name")
                                    .orElse("name")
                            + " it as the command list shows it (00000001-00000042), or by a moment:"
                            + " @2026-11-20T10:00Z, @\"2 days ago\"",
                    e);
        }
    }

    /** The ID, where it is one: nothing has to be asked then. */
    public Optional<SnapshotId> id() {
        return id;
    }

    /**
     * Finds it. By a moment, manifests are read from the newest one back.
     *
     * @param junk receives what has the name of a snapshot and is none
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, which names those that are nearest
     */
    public Found in(Repository repository, Consumer<JunkObject> junk) {
        if (id.isPresent()) {
            return new Found(existing(repository, id.get()), Optional.empty());
        }
        if (moment.isPresent()) {
            return upTo(moment.get(), repository, junk);
        }
        SnapshotId newest = newest(repository, junk);
        return new Found(newest, Optional.of(text + " is " + newest));
    }

    private static SnapshotId existing(Repository repository, SnapshotId wanted) {
        if (repository.holds(wanted)) {
            return wanted;
        }
        TreeSet<SnapshotId> all = new TreeSet<>(repository.list());
        String nearest = Stream.of(all.lower(wanted), all.higher(wanted))
                .filter(each -> each != null)
                .map(SnapshotId::toString)
                .collect(Collectors.joining(" and "));
        throw new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find snapshot " + wanted + ": it is not in " + repository.name(),
                nearest.isEmpty()
                        ? "no snapshot is there yet: take one with agent-primary snapshot"
                        : "the nearest are " + nearest + "; the command list shows all");
    }

    /** The newest by its number: a clock that was wrong for a while hides none. */
    private Found upTo(MomentName limit, Repository repository, Consumer<JunkObject> junk) {
        List<JunkObject> passed = new ArrayList<>();
        Optional<Outline> oldest = Optional.empty();
        List<SnapshotId> newestFirst =
                repository.list().stream().sorted(Comparator.reverseOrder()).toList();
        for (SnapshotId each : newestFirst) {
            Optional<Outline> read = outline(each, repository, passed::add);
            if (read.isPresent() && !read.get().moment().isAfter(limit.moment())) {
                passed.forEach(junk);
                String of = Moments.text(read.get().moment());
                return new Found(each, Optional.of(text + " is " + limit.meaning() + ": " + each + " of " + of));
            }
            oldest = read.isPresent() ? read : oldest;
        }
        JunkObject.requireReadable(passed);
        throw oldest.map(each -> tooEarly(limit, each)).orElseGet(() -> none(repository));
    }

    private static Optional<Outline> outline(SnapshotId each, Repository repository, Consumer<JunkObject> junk) {
        try {
            return Optional.of(repository.outline(each));
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            // One that was deleted since the listing is not there, and no junk.
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                junk.accept(new JunkObject(each.key(), e));
            }
            return Optional.empty();
        }
    }

    private UnderstudyException tooEarly(MomentName limit, Outline oldest) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find snapshot \"" + text + "\": none is of " + Moments.text(limit.moment()) + " or before",
                "the oldest is " + oldest.snapshot() + " of " + Moments.text(oldest.moment())
                        + "; the command list shows all");
    }

    /**
     * @param junk receives what has the name of a newer one
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when there is none yet
     */
    public static SnapshotId newest(Repository repository, Consumer<JunkObject> junk) {
        return repository.newest(repository.list(), junk).orElseThrow(() -> none(repository));
    }

    private static UnderstudyException none(Repository repository) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find the newest snapshot: " + repository.name() + " holds none yet",
                "take one with agent-primary snapshot");
    }
}

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a person names a snapshot on the command line: by its ID ({@code 00000001-00000042}), as {@code latest}, by a
 * label ({@code latest:weekly}), which means the newest that carries it, or by a moment ({@code @2026-11-20T10:00Z},
 * {@code @"2 days ago"}), which means the snapshot with the last moment that is not after it; of equal ones the one
 * with the higher number.
 */
public final class SnapshotName {
    /** The name of the newest snapshot. */
    public static final String LATEST = "latest";

    /** For the description of a parameter. */
    public static final String FORMS =
            "its ID as in the list, latest, latest:LABEL, @2026-11-20T10:00Z or @\"2 days ago\"";

    private final String text;
    private final Optional<SnapshotId> id;
    private final Optional<LabelName> label;
    private final Optional<MomentName> moment;

    private SnapshotName(String text, Optional<SnapshotId> id, Optional<LabelName> label, Optional<MomentName> moment) {
        this.text = text;
        this.id = id;
        this.label = label;
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
            return new SnapshotName(text, Optional.empty(), Optional.empty(), Optional.empty());
        }
        if (text.startsWith(LabelName.PREFIX)) {
            return new SnapshotName(text, Optional.empty(), Optional.of(LabelName.parse(text)), Optional.empty());
        }
        if (text.startsWith("@")) {
            return new SnapshotName(
                    text, Optional.empty(), Optional.empty(), Optional.of(MomentName.parse(text, clock)));
        }
        return new SnapshotName(text, Optional.of(id(text)), Optional.empty(), Optional.empty());
    }

    /**
     * A moment alone, as it may stand behind {@code @}, with the {@code @} or without.
     *
     * @throws UnderstudyException {@code USAGE}
     */
    public static Instant moment(String text, Clock clock) {
        return MomentName.parse(text.startsWith("@") ? text : "@" + text, clock).moment();
    }

    private static SnapshotId id(String text) {
        try {
            return SnapshotId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + text + "\": this is not the name of a snapshot",
                    NearestName.of(text, near(text))
                                    .map(near -> "did you mean " + near + "? Else name")
                                    .orElse("name")
                            + " it as the command list shows it (00000001-00000042), by a label:"
                            + " latest:weekly, or by a moment: @2026-11-20T10:00Z, @\"2 days ago\"",
                    e);
        }
    }

    private static List<String> near(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? List.of(LATEST) : List.of(LATEST + text.substring(colon));
    }

    /** The ID, where it is one: nothing has to be asked then. */
    public Optional<SnapshotId> id() {
        return id;
    }

    /**
     * Finds it. By a moment, all manifests are read, as the command list does; by a label, those from the newest on up
     * to the one that carries it. Where numbers and moments disagree around it, as after a clock that was wrong, the
     * remark warns of that.
     *
     * @param junk receives what has the name of a snapshot and is none
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, which names those that are nearest
     */
    public Found in(Repository repository, Consumer<JunkObject> junk) {
        if (id.isPresent()) {
            return new Found(existing(repository, id.get()), Optional.empty());
        }
        if (label.isPresent()) {
            return label.get().in(repository, junk);
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

    /** By their moments alone, of which all are read: with a clock that was wrong for a while numbers say nothing. */
    private Found upTo(MomentName limit, Repository repository, Consumer<JunkObject> junk) {
        List<JunkObject> passed = new ArrayList<>();
        List<Dated> all = repository.list().stream()
                .flatMap(each -> outline(each, repository, passed::add).stream())
                .map(each -> new Dated(each.snapshot(), each.moment()))
                .sorted()
                .toList();
        List<Dated> before =
                all.stream().filter(each -> each.isUpTo(limit.moment())).toList();
        if (before.isEmpty()) {
            JunkObject.requireReadable(passed);
            throw all.stream().findFirst().map(each -> tooEarly(limit, each)).orElseGet(() -> none(repository));
        }
        passed.forEach(junk);
        Dated found = before.get(before.size() - 1);
        String odd = all.stream()
                .filter(each -> each.isUpTo(limit.moment()) == each.snapshot().compareTo(found.snapshot()) > 0)
                .findFirst()
                .map(each -> "; warning: " + each + " has a "
                        + (each.isUpTo(limit.moment()) ? "higher number and an earlier" : "lower number and a later")
                        + " moment: a server's clock was wrong, so verify that this is the one you mean")
                .orElse("");
        return new Found(found.snapshot(), Optional.of(text + " is " + limit.meaning() + ": " + found + odd));
    }

    /** A snapshot and the moment of its data; in the order of moments, then of numbers. */
    private record Dated(SnapshotId snapshot, Instant moment) implements Comparable<Dated> {
        boolean isUpTo(Instant limit) {
            return !moment.isAfter(limit);
        }

        @Override
        public int compareTo(Dated other) {
            return Comparator.comparing(Dated::moment)
                    .thenComparing(Dated::snapshot)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return snapshot + " of " + Moments.text(moment);
        }
    }

    /** @param junk receives it where it has the name of a snapshot and is none; one that was deleted is not there */
    static Optional<Outline> outline(SnapshotId each, Repository repository, Consumer<JunkObject> junk) {
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

    private UnderstudyException tooEarly(MomentName limit, Dated oldest) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find snapshot \"" + text + "\": none is of " + Moments.text(limit.moment()) + " or before",
                "the oldest is " + oldest + "; the command list shows all");
    }

    /**
     * @param junk receives what has the name of a newer one
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when there is none yet
     */
    public static SnapshotId newest(Repository repository, Consumer<JunkObject> junk) {
        return repository.newest(repository.list(), junk).orElseThrow(() -> none(repository));
    }

    static UnderstudyException none(Repository repository) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find the newest snapshot: " + repository.name() + " holds none yet",
                "take one with agent-primary snapshot");
    }
}

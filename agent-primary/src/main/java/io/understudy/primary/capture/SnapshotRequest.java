package io.understudy.primary.capture;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.primary.schedule.Period;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the caller asks of a snapshot.
 *
 * @param periods labels; none or null, as from an older caller, means {@link #MANUAL}, and {@link Period#ALL} each of
 *     the calendar
 * @param acceptEmpty names of the trees, or {@link #DATABASE}, that may be empty or lie elsewhere this time; null means
 *     none
 * @param only {@link #PARTS} that are read, while the rest is that of the newest snapshot; none or null: all
 * @param last where it is this server's last one, after which it stops; null in all others
 * @param kept what is read in place of what is live; null in all but some orphans. No caller can ask for it
 * @param imported as {@link Manifest#imported()}. No caller can ask for it
 */
public record SnapshotRequest(
        List<String> periods,
        Set<String> acceptEmpty,
        Set<String> only,
        @JsonInclude(JsonInclude.Include.NON_NULL) Manifest.Last last,
        @JsonIgnore ReadParts.Kept kept,
        @JsonIgnore SnapshotId imported) {
    public static final String MANUAL = "manual";
    public static final String DATABASE = "database";
    public static final String SHUTDOWN = "shutdown";

    /** What may be read alone. */
    public static final List<String> PARTS = Stream.concat(
                    Stream.of(DATABASE), Arrays.stream(TreeKind.values()).map(TreeKind::label))
            .toList();

    public SnapshotRequest {
        List<String> given = Optional.ofNullable(periods).orElse(List.of());
        periods = given.isEmpty() ? List.of(MANUAL) : Period.expand(given);
        acceptEmpty = Set.copyOf(Optional.ofNullable(acceptEmpty).orElse(Set.of()));
        only = Collections.unmodifiableSet(
                new TreeSet<>(Optional.ofNullable(only).orElse(Set.of())));
    }

    public SnapshotRequest(List<String> periods, Set<String> acceptEmpty) {
        this(periods, acceptEmpty, Set.of(), null);
    }

    /** Of what is live. */
    public SnapshotRequest(List<String> periods, Set<String> acceptEmpty, Set<String> only, Manifest.Last last) {
        this(periods, acceptEmpty, only, last, null, null);
    }

    /** What is read for it. */
    ReadParts read() {
        if (kept != null) {
            return kept;
        }
        return only.isEmpty() ? new ReadParts.All() : new ReadParts.Kinds(only);
    }

    /** The last one before this server stops. @param siteStopped whether the site was stopped before */
    public static SnapshotRequest last(boolean siteStopped) {
        return new SnapshotRequest(List.of(SHUTDOWN), Set.of(), Set.of(), new Manifest.Last(siteStopped));
    }

    /** The final one of a switchover to this standby: it alone is taken in backup mode, of the stopped site. */
    public static SnapshotRequest finalFor(String standby) {
        return new SnapshotRequest(
                List.of(SHUTDOWN), Set.of(), Set.of(), new Manifest.Last(true, Objects.requireNonNull(standby)));
    }

    /** What a server of an epoch that is over never shipped, of the stopped site. @param acceptEmpty as above */
    static SnapshotRequest orphan(Set<String> acceptEmpty) {
        return new SnapshotRequest(List.of(Manifest.ORPHAN), acceptEmpty, Set.of(), new Manifest.Last(true));
    }

    /** Of what was kept of such a server. @param acceptEmpty as above */
    static SnapshotRequest orphan(Set<String> acceptEmpty, KeptParts kept) {
        return new SnapshotRequest(
                List.of(Manifest.ORPHAN), acceptEmpty, Set.of(), new Manifest.Last(true), kept.parts(), null);
    }

    /**
     * Of a server that held no epoch for what it served.
     *
     * @param imported the snapshot with which it began to serve; empty where that is not known
     */
    static SnapshotRequest orphan(Set<String> acceptEmpty, Optional<SnapshotId> imported) {
        return new SnapshotRequest(
                List.of(Manifest.ORPHAN), acceptEmpty, Set.of(), new Manifest.Last(true), null, imported.orElse(null));
    }

    /** The standby that takes the site over with it; empty where it is no final one. */
    Optional<String> successor() {
        return Optional.ofNullable(last).map(Manifest.Last::to);
    }

    /** Whether the site is down for it, or its server is about to be: there is no later time for it. */
    boolean isLast() {
        return last != null && periods.equals(List.of(SHUTDOWN));
    }

    public static SnapshotRequest of(List<String> periods) {
        return new SnapshotRequest(periods, Set.of());
    }

    /** One that is taken only if something changed. */
    static SnapshotRequest continuous() {
        return of(List.of(Manifest.CONTINUOUS));
    }

    boolean isContinuous() {
        return periods.equals(List.of(Manifest.CONTINUOUS));
    }

    /**
     * A continuous snapshot cannot be asked for: the daemon takes it if something changed.
     *
     * @throws UnderstudyException {@code USAGE} where that is one of the labels, or a part is none
     */
    public SnapshotRequest requireLabels() {
        if (periods.contains(Manifest.ORPHAN)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot label a snapshot \"" + Manifest.ORPHAN + "\": what has this label is no snapshot",
                    "give it another label");
        }
        if (periods.contains(Manifest.CONTINUOUS)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot label a snapshot \"" + Manifest.CONTINUOUS
                            + "\": a standby would not restart its site with it",
                    "set primary.continuous, and the daemon takes them; or give it another label");
        }
        only.stream().filter(part -> !PARTS.contains(part)).findFirst().ifPresent(part -> {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot take a snapshot of \"" + part + "\" alone",
                    NearestName.of(part, PARTS)
                                    .map(name -> "did you mean " + name + "? ")
                                    .orElse("")
                            + "the parts are " + String.join(", ", PARTS));
        });
        return this;
    }
}

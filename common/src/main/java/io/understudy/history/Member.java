package io.understudy.history;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.repository.SnapshotId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A row that is to come back, or belongs to one. */
final class Member {
    /** Why it is there. */
    enum Role {
        /** Another row refers to it, and it is missing. */
        PARENT,
        /** The one that was asked for. */
        ROW,
        /** It refers to a row that comes back. */
        DEPENDENT;

        @JsonValue
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final StoredRow row;
    private final SnapshotId snapshot;
    private final List<String> foundBy;
    private final Map<Link, RowId> needs = new LinkedHashMap<>();
    private Role role;
    private boolean ofParent;
    private int times = 1;
    private Optional<StoredRow> live = Optional.empty();
    private Optional<String> obstacle = Optional.empty();

    /** @param foundBy columns of it that another row's values led to, none of them null */
    Member(StoredRow row, SnapshotId snapshot, Role role, List<String> foundBy) {
        this.row = row;
        this.snapshot = snapshot;
        this.role = role;
        this.foundBy = foundBy;
    }

    StoredRow row() {
        return row;
    }

    /** Whether it comes only because a missing parent does. */
    boolean isOfParent() {
        return ofParent && role == Role.DEPENDENT;
    }

    Member ofParent(boolean is) {
        ofParent = is;
        return this;
    }

    RowId id() {
        return row.id();
    }

    SnapshotId snapshot() {
        return snapshot;
    }

    List<String> foundBy() {
        return foundBy;
    }

    /** What it is looked for by: its key, or the columns that led to it; then it may be one of several. */
    RowId sought() {
        return row.key().isEmpty() ? new RowId(row.table(), foundBy, row.fields(foundBy)) : id();
    }

    Role role() {
        return role;
    }

    void becomes(Role other) {
        role = other;
    }

    /** The same row of the database, if there is one. */
    Optional<StoredRow> live() {
        return live;
    }

    /** Whether the database has it with the same values. */
    boolean isSame() {
        return live.filter(here -> here.fields().equals(row.fields(here.columns())))
                .isPresent();
    }

    /** Columns whose values differ from those in the database. */
    List<String> differing() {
        return live.stream()
                .flatMap(here -> here.columns().stream()
                        .filter(column -> !here.fields(List.of(column)).equals(row.fields(List.of(column)))))
                .toList();
    }

    void isLive(StoredRow found) {
        live = Optional.of(found);
    }

    /** The rows that it refers to and that come back with it. */
    Map<Link, RowId> needs() {
        return needs;
    }

    /** How many rows of the snapshot it stands for: without a key some may be alike. */
    int times() {
        return times;
    }

    void occurs(int often) {
        times = Math.max(times, often);
    }

    /** Why it cannot come back. */
    Optional<String> obstacle() {
        return obstacle;
    }

    void blockedBy(String why) {
        obstacle = obstacle.or(() -> Optional.of(why));
    }
}

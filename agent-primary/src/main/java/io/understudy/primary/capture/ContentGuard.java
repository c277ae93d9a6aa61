package io.understudy.primary.capture;

import io.understudy.config.NearestName;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileSystemPlace;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.capture.tree.SourceTrees.Glance;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses a snapshot of content that has gone, as when a disk is not mounted: a standby would delete its own. Compared
 * is with the newest snapshot, and with where the trees lay when this server took its last one. Use once.
 */
final class ContentGuard {
    private final List<TreeSettings> trees;
    private final Set<String> accepted;
    private final Optional<Manifest> last;
    private final TreePlaces remembered;
    private final Map<String, TreePlaces.Place> seen = new HashMap<>();

    /**
     * @param last the newest snapshot; empty at the first one
     * @throws UnderstudyException {@code USAGE} when something is accepted that there is not
     */
    ContentGuard(List<TreeSettings> trees, Set<String> accepted, Optional<Manifest> last, TreePlaces remembered) {
        this.trees = trees;
        this.accepted = accepted;
        this.last = last;
        this.remembered = remembered;
        requireKnown();
    }

    private void requireKnown() {
        List<String> known =
                new ArrayList<>(trees.stream().map(TreeSettings::name).toList());
        String all = String.join(", ", known);
        known.add(SnapshotRequest.DATABASE);
        for (String name : accepted) {
            if (!known.contains(name)) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot accept that \"" + name + "\" is empty: there is no such tree",
                        NearestName.of(name, known)
                                        .map(near -> "did you mean " + near + "? ")
                                        .orElse("")
                                + "the trees are " + all + "; " + SnapshotRequest.DATABASE + " is the database");
            }
        }
    }

    /** Before anything is read: looks at each tree. */
    void look(SourceTrees files) {
        Map<String, TreePlaces.Place> before = remembered.load();
        // Of a tree that is not read this time it stays known.
        before.forEach((name, place) -> {
            if (trees.stream().noneMatch(tree -> tree.name().equals(name))) {
                seen.put(name, place);
            }
        });
        for (TreeSettings tree : trees) {
            Optional<Glance> glance = files.look(tree);
            glance.filter(Glance::empty).ifPresent(empty -> requireEntries(tree, 0));
            glance.flatMap(Glance::place)
                    .ifPresent(place -> look(tree, place, Optional.ofNullable(before.get(tree.name()))));
        }
    }

    private void look(TreeSettings tree, FileSystemPlace now, Optional<TreePlaces.Place> before) {
        Optional<FileSystemPlace> known = before.filter(
                        place -> place.path().equals(tree.path().toString()))
                .map(TreePlaces.Place::place);
        if (!accepted.contains(tree.name())) {
            known.filter(place -> !place.mayBe(now)).ifPresent(place -> {
                throw gone(
                        "the tree " + tree.name() + " (" + tree.path()
                                + ") lies on another file system than at the last snapshot: on " + now + ", then on "
                                + place,
                        "mount its disk; if it was moved",
                        tree.name());
            });
        }
        FileSystemPlace kept = known.filter(now::mayBe).map(now::orIdentityOf).orElse(now);
        seen.put(tree.name(), new TreePlaces.Place(tree.path().toString(), kept));
    }

    /** After a tree was read: also one that lost all its content since {@link #look}. */
    void captured(TreeSettings tree, TreeData data) {
        requireEntries(tree, data.entries());
    }

    private void requireEntries(TreeSettings tree, long entries) {
        long before = last.stream()
                .flatMap(manifest -> manifest.trees().stream())
                .filter(data -> data.name().equals(tree.name()))
                .mapToLong(TreeData::entries)
                .findFirst()
                .orElse(0);
        if (entries == 0 && before > 0 && !tree.mayBeEmpty() && !accepted.contains(tree.name())) {
            throw gone(
                    "the tree " + tree.name() + " (" + tree.path() + ") is empty, and had " + before + " entries in "
                            + snapshot(),
                    "mount its disk; if it may be empty, set may_be_empty of this tree; if it is meant to be empty now",
                    tree.name());
        }
    }

    /** @param tables how many the database has now */
    void database(long tables) {
        long before = last.map(manifest -> manifest.totals().tables()).orElse(0L);
        if (tables == 0 && before > 0 && !accepted.contains(SnapshotRequest.DATABASE)) {
            throw gone(
                    "the database has no tables, and had " + before + " in " + snapshot(),
                    "check that database.url names the right one; if it is meant to be empty now",
                    SnapshotRequest.DATABASE);
        }
    }

    /** After the commit: this is what the next snapshot is compared with. */
    void committed() {
        remembered.save(seen);
    }

    private SnapshotId snapshot() {
        return last.orElseThrow().snapshot();
    }

    private static UnderstudyException gone(String what, String hint, String name) {
        return new UnderstudyException(
                ErrorCode.CONTENT_GONE,
                "cannot take a snapshot: " + what,
                hint + ": agent-primary snapshot --accept-empty " + name);
    }
}

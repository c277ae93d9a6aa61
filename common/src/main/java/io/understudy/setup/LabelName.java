package io.understudy.setup;

import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A label behind {@code latest:}, as in {@code latest:weekly}: it means the snapshot with the highest number of those
 * that carry it. A label is one of the schedule, one that {@code snapshot --period} gave, or {@code continuous}.
 */
record LabelName(String label) {
    static final String PREFIX = SnapshotName.LATEST + ":";

    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

    /**
     * @param text with {@link #PREFIX}
     * @throws UnderstudyException {@code USAGE}
     */
    static LabelName parse(String text) {
        String label = text.substring(PREFIX.length());
        if (!LABEL.matcher(label).matches()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + text + "\": what is behind latest: is not a label",
                    "write a label as the command list shows it: latest:daily, latest:before-upgrade; latest alone is"
                            + " the newest of all");
        }
        return new LabelName(label);
    }

    /**
     * Reads the outlines of snapshots from the newest on, up to the first that carries the label.
     *
     * @param junk receives what was passed over on the way
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, which names the labels that there are; those of the
     *     filestore
     */
    SnapshotName.Found in(Repository repository, Consumer<JunkObject> junk) {
        List<SnapshotId> all = repository.list();
        List<JunkObject> passed = new ArrayList<>();
        TreeSet<String> others = new TreeSet<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            Optional<Outline> outline = SnapshotName.outline(all.get(i), repository, passed::add);
            if (outline.filter(each -> each.periods().contains(label)).isPresent()) {
                passed.forEach(junk);
                return found(outline.get());
            }
            outline.ifPresent(each -> others.addAll(each.periods()));
        }
        JunkObject.requireReadable(passed);
        passed.forEach(junk);
        throw others.isEmpty() ? SnapshotName.none(repository) : unknown(repository, others);
    }

    private SnapshotName.Found found(Outline outline) {
        return new SnapshotName.Found(
                outline.snapshot(),
                Optional.of(PREFIX + label + " is " + outline.snapshot() + " of " + Moments.text(outline.moment())));
    }

    private UnderstudyException unknown(Repository repository, TreeSet<String> others) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot find snapshot \"" + PREFIX + label + "\": no snapshot in " + repository.name()
                        + " carries the label " + label,
                NearestName.of(label, others)
                                .map(near -> "did you mean " + PREFIX + near + "? ")
                                .orElse("")
                        + "the labels that snapshots carry are " + String.join(", ", others));
    }
}

package io.understudy.replica.round;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both hosts must mean the same trees: one of the snapshot that this host does not know would be left out silently. */
public final class TreesMatch {
    private static final Logger LOG = LoggerFactory.getLogger(TreesMatch.class);

    private TreesMatch() {}

    /** @throws UnderstudyException {@code CONFIG_INVALID} with every difference */
    public static void check(Manifest manifest, List<TreeSettings> configured) {
        List<String> faults = new ArrayList<>();
        for (TreeData tree : manifest.trees()) {
            Optional<TreeSettings> here = configured.stream()
                    .filter(each -> each.name().equals(tree.name()))
                    .findFirst();
            if (here.isEmpty()) {
                faults.add("tree \"" + tree.name() + "\" is in the snapshot but not in this server's configuration");
            } else if (here.get().kind() != tree.kind()) {
                faults.add(
                        "tree \"" + tree.name() + "\" is of kind " + tree.kind().label() + " in the snapshot, "
                                + here.get().kind().label() + " here");
            }
        }
        configured.stream()
                .filter(each ->
                        manifest.trees().stream().noneMatch(tree -> tree.name().equals(each.name())))
                .forEach(each -> LOG.warn(
                        "tree \"{}\" is not in {}: what this server has of it stays as it is",
                        each.name(),
                        manifest.snapshot()));
        if (!faults.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot import " + manifest.snapshot() + ": " + String.join("; ", faults),
                    "give both servers the same trees");
        }
    }
}

package io.understudy.replica.stage;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Stages of tests. */
public final class Stages {
    private Stages() {}

    /** On the disks of this machine. */
    public static TreeStager in(Path state, List<TreeSettings> trees, Clock clock) {
        return new TreeStager(state, trees, clock, DiskSpace.ofThisMachine(), MountPoints::now);
    }
}

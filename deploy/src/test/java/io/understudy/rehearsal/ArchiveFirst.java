package io.understudy.rehearsal;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Before the first end-to-end test of a Java machine the agents have their archive: those that are started at the same
 * time by several would each make one.
 */
public final class ArchiveFirst implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (System.getProperty("understudy.distribution") != null) {
            ClassArchives.makeForAgents();
        }
    }
}

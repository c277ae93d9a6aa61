package io.understudy.replica.forecast;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.prepare.ServicePrograms;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.site.SiteService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The disk, the commands of the site, and whether the site is well. */
public final class ServerLook implements Look {
    /** A state file takes a few KiB; with less than this a disk counts as full. */
    private static final long ROOM = 4 << 20;

    private final Settings settings;
    private final SiteService site;

    public ServerLook(Settings settings, SiteService site) {
        this.settings = settings;
        this.site = site;
    }

    @Override
    public List<Obstacle> at(Seen seen) {
        List<Obstacle> found = new ArrayList<>();
        Path folder = settings.marker().toAbsolutePath().getParent();
        if (!Files.isWritable(folder)) {
            found.add(Obstacle.blocker(
                    ErrorCode.FILE_DENIED,
                    "the marker cannot be removed: this user may not write in " + folder + ", or its disk is read-only",
                    "give the folder to the agent's user; see mount and dmesg for the disk"));
        }
        state(found);
        try {
            ServicePrograms.require(settings.service());
        } catch (UnderstudyException e) {
            found.add(Obstacle.blocker(e));
        }
        if (settings.service().restart().isEmpty() && settings.service().start().isEmpty()) {
            found.add(Obstacle.warning(
                    ErrorCode.COMMAND_FAILED,
                    "no restart command is configured: a promotion does not restart the site",
                    "set service.restart, unless the site looks for the marker all the time"));
        }
        health(seen, found);
        return found;
    }

    /** A promotion goes on without saving its state. */
    private void state(List<Obstacle> found) {
        Path state = settings.state();
        if (!Files.isWritable(state)) {
            found.add(Obstacle.warning(
                    ErrorCode.FILE_DENIED,
                    "the state folder " + state + " cannot be written, so a promotion is not remembered",
                    "give the folder to the agent's user; see mount and dmesg for the disk"));
        } else if (state.toFile().getUsableSpace() < ROOM) {
            found.add(Obstacle.warning(
                    ErrorCode.DISK_FULL,
                    "the disk of the state folder " + state + " is full, so a promotion is not remembered",
                    "make room"));
        }
    }

    private void health(Seen seen, List<Obstacle> found) {
        if (settings.service().health().isEmpty()) {
            found.add(Obstacle.unknown(
                    ErrorCode.SITE_UNHEALTHY,
                    "no health check is configured: whether the site comes up is not known",
                    "set service.health"));
        } else if (seen.record().live().flatMap(DatabaseVersion::snapshot).isPresent() && !site.healthy()) {
            found.add(Obstacle.blocker(
                    ErrorCode.SITE_UNHEALTHY,
                    "the site does not pass its health check now",
                    "look at the site's service and its log"));
        }
    }
}

package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.site.SiteService;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** A site that is up or down, and is healthy unless it was started with certain content. */
public final class FakeSite implements SiteService {
    private final CrashPoints points;
    private final Supplier<String> content;
    private final Set<String> sick = new HashSet<>();
    private final Set<String> stuck = new HashSet<>();
    private volatile boolean running = true;
    private volatile String startedWith;
    private volatile int starts;
    private volatile int restarts;
    private boolean broken;
    private Runnable whenStopped = () -> {};

    FakeSite(CrashPoints points, Supplier<String> content) {
        this.points = points;
        this.content = content;
    }

    public void sickWith(String snapshot) {
        sick.add(snapshot);
    }

    /** The restart command fails with this content. */
    public void stuckWith(String snapshot) {
        stuck.add(snapshot);
    }

    /** Whatever ailed it is over. */
    public void recover() {
        sick.clear();
        stuck.clear();
        broken = false;
    }

    public boolean isStuckWith(String snapshot) {
        return stuck.contains(snapshot);
    }

    public void whenStopped(Runnable act) {
        whenStopped = act;
    }

    public boolean running() {
        return running;
    }

    public String startedWith() {
        return startedWith;
    }

    public int starts() {
        return starts;
    }

    /** How often a restart was tried. */
    public int restarts() {
        return restarts;
    }

    /** It does not start for a reason of its own, whatever the content. */
    public void breakDown() {
        broken = true;
    }

    @Override
    public void stop() {
        points.around("stop", () -> running = false);
        whenStopped.run();
    }

    @Override
    public void restart() {
        restarts = restarts + 1;
        if (broken || stuck.contains(content.get())) {
            throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot restart the site: exit 1", "see the log");
        }
        if (content.get().equals("mixed")) {
            throw new AssertionError("the site starts on a mixture");
        }
        points.around("restart", () -> {
            running = true;
            starts = starts + 1;
            startedWith = content.get();
        });
    }

    @Override
    public void prove() {
        points.point("prove");
        if (!running || sick.contains(startedWith)) {
            throw new UnderstudyException(ErrorCode.SITE_UNHEALTHY, "the site is unhealthy: 500", "see its log");
        }
    }

    @Override
    public boolean healthy() {
        return running && !sick.contains(startedWith);
    }
}

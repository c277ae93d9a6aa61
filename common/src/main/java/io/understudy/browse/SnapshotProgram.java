package io.understudy.browse;

import io.understudy.audit.AuditLog;
import io.understudy.cli.AgentProgram;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.CheckReport;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** An agent's command line whose commands read snapshots. */
public abstract class SnapshotProgram extends AgentProgram implements SnapshotCommands {
    protected SnapshotProgram(Terminal terminal) {
        super(terminal);
    }

    @Override
    public final SnapshotProgram program() {
        return this;
    }

    /** Gives the work what reads the snapshots of this server, and closes that after it. */
    @Override
    public abstract <T> T reading(Settings settings, Function<SnapshotReader, T> work);

    /**
     * The snapshot that a person named. Which one that is, and what was passed over, is said where the name does not.
     *
     * @throws io.understudy.failure.UnderstudyException {@code USAGE}, {@code SNAPSHOT_UNKNOWN}, and those of the
     *     filestore
     */
    public final SnapshotId find(String name, SnapshotReader reader) {
        return find(name(name), reader);
    }

    /** @throws io.understudy.failure.UnderstudyException {@code USAGE} */
    public static SnapshotName name(String name) {
        return SnapshotName.parse(name, Clock.systemDefaultZone());
    }

    /** As {@link #find(String, SnapshotReader)}. */
    public final SnapshotId find(SnapshotName name, SnapshotReader reader) {
        SnapshotName.Found found = reader.find(name, junk -> say("warning: " + junk.text()));
        found.remark().ifPresent(this::say);
        return found.snapshot();
    }

    /** What this server keeps of who asked it for what. */
    public final AuditLog audit(Settings settings) {
        return AuditLog.ofCommand(settings.state(), name(), Clock.systemUTC(), Ticker.system());
    }

    /** Does work that opens these snapshots, while retention spares them; a remark says where it may not. */
    public final void held(SnapshotReader reader, List<SnapshotId> snapshots, Runnable work) {
        reader.held(snapshots, this::say, () -> {
            work.run();
            return snapshots;
        });
    }

    /** As {@link #held}, of all snapshots that there are when it begins. */
    public final void heldAll(SnapshotReader reader, Runnable work) {
        List<SnapshotId> all = reader.list();
        if (all.isEmpty()) {
            work.run();
        } else {
            held(reader, all, work);
        }
    }

    /** The report of {@code check} of a site, and whether it shares anything with the others of its folder. */
    public final CheckReport besideOthers(CheckReport report, Settings settings) {
        return choice().folder().isEmpty()
                ? report
                : report.and("sites", () -> {
                    choice().requireOwnPlaces(settings);
                    return "shares nothing with the other sites of its folder";
                });
    }
}

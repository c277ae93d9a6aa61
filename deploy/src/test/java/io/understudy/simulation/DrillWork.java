package io.understudy.simulation;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.DrillSettings;
import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.drill.Drill;
import io.understudy.replica.drill.DrillControl;
import io.understudy.replica.drill.DrillCopies;
import io.understudy.replica.drill.DrillParts;
import io.understudy.replica.drill.DrillReport;
import io.understudy.replica.drill.Newest;
import io.understudy.replica.fetch.MirroredReader;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.site.SiteService;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The drills of a replica's agent: the shipped steps, on copies of trees that the shipped code writes, and on a copy of
 * the database and of the site as the fakes have them.
 */
final class DrillWork {
    static final String DATABASE = DatabaseNames.of(Server.SITE).drill();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final DrillSettings SETTINGS = new DrillSettings(
            new DrillCommands(
                    List.of("start"),
                    List.of("stop"),
                    Optional.of(new HealthSettings(Optional.empty(), List.of("health"), LIMIT)),
                    List.of(new SmokeTest("login", List.of("smoke"))),
                    List.of(),
                    List.of(),
                    LIMIT),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofDays(8),
            3);

    private final Server server;
    private final Run run;
    private final ReplicaWiring wiring;
    private final DrillControl control = new DrillControl();
    private final Drill drill;

    DrillWork(Server server, Run run, ReplicaWiring wiring) {
        this.server = server;
        this.run = run;
        this.wiring = wiring;
        DrillParts parts = new DrillParts(server.settings, SETTINGS, server.clock, run.turns.ticker());
        SnapshotReader reader = new MirroredReader(wiring::repository, wiring.snapshots()::here);
        this.drill = parts.drill(
                new Copies(parts.trees(reader, folder -> OptionalLong.empty()), reader),
                wiring.store(),
                wiring.marker(),
                this::command,
                runner -> health(),
                (start, health) -> {},
                control,
                Events.none());
    }

    /** Of a daemon: it clears up what the process before left, and rehearses now and then. */
    void start(Process process) {
        run.turns.start(process, "drill", this::rehearsals);
    }

    /** A promotion comes first. */
    void promoted() {
        control.abandon("this server is promoted");
    }

    private void rehearsals() {
        try {
            clear();
            while (true) {
                run.turns.sleep(Duration.ofHours(8 + run.random.nextInt(60)));
                if (server.marked() && !run.trouble.isOver()) {
                    rehearse();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Here and now. */
    void rehearse() {
        run.tell("rehearse", server.name, "");
        try {
            DrillReport report = drill.run(Progress.none());
            run.tell("rehearsed", server.name, report.result() + " " + report.content());
            run.drills.ended(server, report.result().toString());
        } catch (UnderstudyException e) {
            run.failed("drill", e, Optional.of(e));
        } finally {
            Thread.interrupted();
        }
    }

    /** As each start of the daemon, and the next drill. */
    void clear() {
        try {
            drill.clear();
            run.tell("cleared after drills", server.name, "");
        } catch (UnderstudyException e) {
            run.failed("drill", e, Optional.of(e));
        }
    }

    private CommandResult command(Command command) {
        String what = command.arguments().get(0);
        run.step("drill: " + what + " the copy of the site", "");
        run.trouble.perhaps(ErrorCode.COMMAND_FAILED, "cannot " + what + " the copy of the site");
        if (what.equals("start")) {
            run.drills.started(
                    server,
                    Path.of(command.environment().get("UNDERSTUDY_DRILL_FOLDER")),
                    command.environment().get("UNDERSTUDY_DRILL_SNAPSHOT"));
        } else if (what.equals("stop")) {
            run.drills.stopped(server);
        }
        run.step("drill: done " + what, "");
        return new CommandResult(0, "", "", Duration.ZERO);
    }

    private SiteService health() {
        return new SiteService() {
            @Override
            public void stop() {
                throw new IllegalStateException("the health of a copy is asked for, nothing else");
            }

            @Override
            public void restart() {
                stop();
            }

            @Override
            public void prove() {
                run.step("drill: prove the copy of the site", "");
                run.trouble.perhaps(ErrorCode.SITE_UNHEALTHY, "the copy is ill");
            }

            @Override
            public boolean healthy() {
                return true;
            }
        };
    }

    /** A database under the name that drills have, and trees. */
    private final class Copies implements DrillCopies {
        private final DrillCopies trees;
        private final SnapshotReader reader;

        Copies(DrillCopies trees, SnapshotReader reader) {
            this.trees = trees;
            this.reader = reader;
        }

        @Override
        public void require(Newest newest) {
            trees.require(newest);
            run.step("drill: look for a database", "");
            if (server.databases.named(DATABASE).isPresent()) {
                throw Promise.DRILL_LEAVES_NOTHING.broken(
                        server.name + " begins a drill, and the database of one that has ended is there");
            }
        }

        @Override
        public String copyDatabase(Newest newest) {
            run.step("drill: copy the database", newest.snapshot().toString());
            run.trouble.perhaps(ErrorCode.LOAD_FAILED, "cannot copy the database");
            Optional<Map<String, String>> spare = ofSpare(newest);
            server.databases.create(DATABASE, Optional.empty());
            run.step("drill: created the database", "");
            Map<String, String> rows = spare.orElseGet(() -> load(newest.snapshot()));
            run.step("drill: fill the database", "");
            server.databases.named(DATABASE).ifPresent(each -> server.databases.write(each, rows));
            return spare.isPresent() ? "template" : "load";
        }

        /** The server copies it in one go: no round goes on in between. */
        private Optional<Map<String, String>> ofSpare(Newest newest) {
            return newest.ahead()
                    .filter(ahead -> run.random.nextBoolean())
                    .filter(ahead -> wiring.store().record().ahead().equals(Optional.of(ahead)))
                    .filter(ahead -> server.databases
                            .named(DatabaseNames.of(Server.SITE).spare())
                            .equals(Optional.of(ahead.database())))
                    .map(ahead -> server.databases.tables(ahead.database()));
        }

        private Map<String, String> load(SnapshotId snapshot) {
            SnapshotReader.Opened opened = reader.open(snapshot);
            Map<String, String> rows = new TreeMap<>();
            try (Stream<TableData> tables = opened.manifest().database().tables(opened.blobs())) {
                tables.forEach(table -> rows.put(table.name(), text(TableRows.all(table, opened.blobs()))));
            }
            return rows;
        }

        @Override
        public CopiedTrees copyTrees(SnapshotId snapshot, Path folder) {
            run.step("drill: copy trees", snapshot.toString());
            run.trouble.perhaps(ErrorCode.DISK_FULL, "cannot copy trees");
            CopiedTrees copied = trees.copyTrees(snapshot, folder);
            run.step("drill: copied trees", "");
            return copied;
        }

        @Override
        public void clear(Path folder) {
            run.step("drill: clear", "");
            Map<String, List<String>> before = SwitchWatch.content(server);
            trees.clear(folder);
            run.drills.requireSame(server, before, "removes its copies");
            run.step("drill: drop the database", "");
            run.trouble.perhaps(ErrorCode.DATABASE_BUSY, "cannot drop");
            server.databases.named(DATABASE).ifPresent(server.databases::drop);
            run.step("drill: cleared", "");
        }
    }

    private static String text(InputStream rows) {
        try (rows) {
            return new String(rows.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

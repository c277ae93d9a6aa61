package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaDisk;
import io.understudy.replica.app.ReplicaParts;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.fakes.FakeLiveDatabases;
import io.understudy.replica.fakes.FakeSpareLoader;
import io.understudy.replica.fakes.Hook;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What the replica's agent of a server reaches beyond itself: each touch is a step, and may fail. */
final class SteppedPorts {
    /** Asking the system takes longer than staging a small tree. */
    private static final MountPoints MOUNTS = MountPoints.now();

    private final Server server;
    private final Run run;

    SteppedPorts(Server server, Run run) {
        this.server = server;
        this.run = run;
    }

    ReplicaPorts ports() {
        ReplicaDisk disk = new ReplicaDisk(
                marker(),
                new ReplicaStateStore(stateFile()),
                mirror(),
                folder -> OptionalLong.empty(),
                () -> MOUNTS,
                this::changingFile);
        return new ReplicaPorts(
                run.filestore(server),
                new SteppedDatabases(),
                new FakeSpareLoader(server.databases, Server.SITE, hook()),
                server.site.commands(),
                disk,
                server.clock,
                run.turns.ticker(),
                run.random,
                run::nonce);
    }

    ReplicaParts parts(ReplicaParts shipped) {
        return new ReplicaParts(
                shipped.source(), shipped.claims(), stepped(shipped.stage()), shipped.trees(), shipped.calls());
    }

    private BackupMode marker() {
        MarkerBackupMode real = new MarkerBackupMode(server.marker, Server.SITE, server.clock);
        return new BackupMode() {
            @Override
            public boolean on() {
                run.step("look for the marker", "");
                return real.on();
            }

            @Override
            public Optional<SnapshotId> named() {
                return real.named();
            }

            @Override
            public void writeMarker(String reason, Optional<SnapshotId> snapshot) {
                run.step("write the marker", "");
                run.returns.marking(server);
                real.writeMarker(reason, snapshot);
                run.markers.marker(server, false);
                run.step("wrote the marker", "");
            }

            @Override
            public boolean renew(String reason, Optional<SnapshotId> snapshot) {
                run.step("renew the marker", snapshot.map(SnapshotId::toString).orElse(""));
                boolean renewed = real.renew(reason, snapshot);
                run.markers.marker(server, false);
                run.step("renewed the marker", "");
                return renewed;
            }

            @Override
            public void removeMarker() {
                run.step("remove the marker", "");
                real.removeMarker();
                run.markers.marker(server, false);
                run.step("removed the marker", "");
            }
        };
    }

    private StateStorage stateFile() {
        return new StateStorage() {
            @Override
            public void delete() {
                server.state(Optional.empty());
            }

            @Override
            public Optional<byte[]> read() {
                return server.state();
            }

            @Override
            public void write(byte[] content) {
                run.step("write the state", "");
                server.state(Optional.of(content));
                JsonNode record = server.record();
                run.tell(
                        "state",
                        record.at("/state/kind").asText(),
                        record.at("/state/intent/phase").asText(""));
                run.servers.state(server, record);
                run.step("wrote the state", "");
            }
        };
    }

    private Hook hook() {
        return new Hook() {
            @Override
            public void before(String step) {
                run.step("database: " + step, "");
                switch (step) {
                    case "arrange" -> {
                        run.trouble.perhaps(ErrorCode.DATABASE_BUSY, "cannot rename");
                        run.markers.importing(server, "databases are exchanged");
                    }
                    case "adopt" -> run.markers.loading(server, "a retired database is changed");
                    case "load" -> run.markers.loading(server, "a spare is loaded");
                    case "discard" -> run.trouble.perhaps(ErrorCode.DATABASE_BUSY, "cannot drop");
                    case "preflight" -> run.trouble.perhaps(ErrorCode.DATABASE_UNREACHABLE, "cannot reach the server");
                    default -> {}
                }
            }

            @Override
            public void after(String step) {
                run.servers.databasesChanged(server);
                run.step("database: done " + step, "");
                if (step.equals("load")) {
                    run.trouble.perhaps(ErrorCode.LOAD_FAILED, "cannot analyse");
                }
            }
        };
    }

    private void changingFile(String operation, Path path) {
        run.step("file: " + operation, server.folder.relativize(path).toString());
        if (operation.equals("move") && !path.toString().contains(".understudy")) {
            run.markers.changingFile(server, "file " + path.getFileName() + " is exchanged");
        }
    }

    private MirrorFolder mirror() {
        Filestore disk = new SteppedDisk(server.mirror, run);
        return new MirrorFolder() {
            @Override
            public Filestore made() {
                return disk;
            }

            @Override
            public Filestore present() {
                return disk;
            }
        };
    }

    private Stage stepped(Stage real) {
        return new Stage() {
            @Override
            public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
                run.step("stage", manifest.snapshot().toString());
                run.trouble.perhaps(ErrorCode.DISK_FULL, "cannot stage");
                PlanSet plans = real.prepare(manifest, blobs, progress);
                run.step("staged", manifest.snapshot().toString());
                return plans;
            }
        };
    }

    /** The fake looks at nothing that can change in between; a look is a step of its own. */
    private final class SteppedDatabases implements LiveDatabases {
        private final LiveDatabases fake = new FakeLiveDatabases(server.databases, Server.SITE, hook());

        @Override
        public Arrangement look() {
            run.step("look at the databases", "");
            return fake.look();
        }

        @Override
        public Optional<String> name(DatabaseIdentity database) {
            return fake.name(database);
        }

        @Override
        public List<String> lacking(List<TableData> tables) {
            return fake.lacking(tables);
        }

        @Override
        public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
            if (!wanted.equals(fake.look()) || !fake.retired().containsAll(retired)) {
                fake.arrange(wanted, retired);
            }
        }

        @Override
        public Set<DatabaseIdentity> retired() {
            run.step("look for retired databases", "");
            return fake.retired();
        }

        @Override
        public void discard(DatabaseIdentity database) {
            fake.discard(database);
        }

        @Override
        public String setAside(DatabaseIdentity database) {
            return fake.setAside(database);
        }
    }
}

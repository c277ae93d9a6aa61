package io.understudy.primary.switchover;

import io.understudy.cli.AgentVersion;
import io.understudy.config.NearestName;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.CheckResult;
import io.understudy.site.Marker;
import io.understudy.switchover.SwitchoverNotes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What has to be so before a switchover begins. Changes nothing. */
public final class SwitchoverChecks {
    private final ServiceSettings service;
    private final Marker marker;
    private final SwitchoverNotes notes;
    private final Supplier<Integer> epoch;
    private final Supplier<Optional<SnapshotId>> newest;
    private final Supplier<Optional<SnapshotId>> scheduled;
    private final Supplier<List<KnownStandby>> standbys;
    private final Supplier<List<String>> filestores;

    /**
     * @param epoch that this server may publish in; throws where it may not, or the filestore is away
     * @param newest snapshot of the repository
     * @param scheduled the newest one of this server that standbys become live for; empty where it is not known
     * @param standbys all that reported; the report that counts for each
     * @param filestores the names of those that have to take the claim of either server; throws where one is away
     */
    public SwitchoverChecks(
            ServiceSettings service,
            Marker marker,
            SwitchoverNotes notes,
            Supplier<Integer> epoch,
            Supplier<Optional<SnapshotId>> newest,
            Supplier<Optional<SnapshotId>> scheduled,
            Supplier<List<KnownStandby>> standbys,
            Supplier<List<String>> filestores) {
        this.service = service;
        this.marker = marker;
        this.notes = notes;
        this.epoch = epoch;
        this.newest = newest;
        this.scheduled = scheduled;
        this.standbys = standbys;
        this.filestores = filestores;
    }

    /** Each as a result; those that failed stand in the way. */
    public List<CheckResult> run(String standby) {
        List<CheckResult> all = new ArrayList<>();
        all.add(result("no other switchover", () -> {
            notes.read().ifPresent(note -> {
                throw SwitchoverNotes.underWay(note);
            });
            return "none is under way";
        }));
        all.add(result("role", () -> {
            requirePrimary();
            return "this server is the primary, of epoch " + epoch.get();
        }));
        all.add(result("filestores", this::ready));
        all.add(result("commands of the site", this::commands));
        all.add(result("standby", () -> describe(known(standby))));
        all.addAll(remarks(standby));
        return all;
    }

    /** What does not stand in the way, and should be known before the site is stopped. */
    private List<CheckResult> remarks(String standby) {
        List<CheckResult> all = new ArrayList<>();
        try {
            KnownStandby known = known(standby);
            if (known.applies()) {
                all.add(
                        CheckResult.warning(
                                "work of the standby",
                                standby + " is applying a snapshot",
                                "the site runs on here until that has ended, for --limit at most; see agent-replica status there"));
            }
            newest.get()
                    .filter(id -> known.state().isPresent() && !known.has(id))
                    .ifPresent(
                            id -> all.add(
                                    CheckResult.warning(
                                            "data of the standby",
                                            standby + " does not have " + id + ", the newest snapshot, yet",
                                            "the site runs on here until it does, for --limit at most; if that is too short: see agent-replica status there")));
            missed(known)
                    .ifPresent(
                            id -> all.add(
                                    CheckResult.warning(
                                            "data of the standby",
                                            standby + " has not reported " + id
                                                    + ", the newest scheduled snapshot, as live, and is not seen over gRPC: it may hold it",
                                            "the site runs on here until it has, for --limit at most; see agent-replica status there")));
            known.version()
                    .filter(version -> !version.equals(AgentVersion.current()))
                    .ifPresent(version -> all.add(CheckResult.warning(
                            "versions",
                            standby + " runs version " + version + ", this server " + AgentVersion.current(),
                            "upgrade the older one first; docs/upgrade.md")));
        } catch (UnderstudyException e) {
            // The check of the standby reports it.
            return List.of();
        }
        return all;
    }

    /** @throws UnderstudyException the first that stands in the way */
    public void require(String standby) {
        notes.read().ifPresent(note -> {
            throw SwitchoverNotes.underWay(note);
        });
        requirePrimary();
        epoch.get();
        ready();
        commands();
        describe(known(standby));
    }

    private static CheckResult result(String check, Supplier<String> look) {
        try {
            return CheckResult.ok(check, look.get());
        } catch (UnderstudyException e) {
            return CheckResult.failed(check, e);
        }
    }

    private void requirePrimary() {
        if (marker.present()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot hand the site over: this server is in backup mode (" + marker.file() + " exists)",
                    "run it on the primary");
        }
    }

    /** Without one of them neither server could be sure of the epoch, and both sites would wait for it. */
    private String ready() {
        return "the next epoch is free, in each filestore that counts: " + String.join(", ", filestores.get());
    }

    private String commands() {
        if (service.stop().isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot stop the site: service.stop is not configured",
                    "set service.stop and service.start: without them rows could be written after the final snapshot");
        }
        if (service.start().isEmpty() && service.restart().isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot start the site again: neither service.start nor service.restart is configured",
                    "set service.start");
        }
        return "the site is stopped by service.stop"
                + (service.health().isEmpty() ? "; no health check is configured here" : "");
    }

    /** @throws UnderstudyException {@code USAGE} where none has this name */
    KnownStandby known(String standby) {
        List<KnownStandby> all = standbys.get();
        return all.stream()
                .filter(each -> each.name().equals(standby))
                .max(Comparator.comparing(KnownStandby::connected).thenComparing(KnownStandby::when))
                .orElseThrow(() -> unknown(
                        standby, all.stream().map(KnownStandby::name).distinct().toList()));
    }

    private static UnderstudyException unknown(String standby, List<String> names) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot hand the site over to \"" + standby + "\": no standby of this name has reported",
                NearestName.of(standby, names)
                                .map(name -> "did you mean " + name + "? ")
                                .orElse("")
                        + (names.isEmpty()
                                ? "no standby has reported at all: run agent-replica check there"
                                : "those that reported: "
                                        + names.stream().sorted().collect(Collectors.joining(", "))));
    }

    private String describe(KnownStandby standby) {
        standby.state()
                .filter(state -> !state.equals("following") && !standby.applies())
                .ifPresent(state -> {
                    throw notReady(standby, "it is " + state);
                });
        requireNotHeld(standby);
        standby.fault().ifPresent(fault -> {
            throw notReady(standby, fault);
        });
        if (standby.state().isPresent() && !standby.connected()) {
            throw notReady(standby, "it is not connected");
        }
        SnapshotId live = standby.applied().orElseThrow(() -> notReady(standby, "it has imported nothing yet"));
        newest.get()
                .filter(id -> id.epoch() != live.epoch() && !standby.applies())
                .ifPresent(id -> {
                    throw notReady(standby, "it has " + live + ", of another epoch than the newest snapshot " + id);
                });
        return standby.name() + (standby.connected() ? " is connected" : " reported in the repository") + ", it has "
                + standby.ahead()
                        .map(ahead -> ahead + " loaded, " + live + " live")
                        .orElse(live + " live");
    }

    /**
     * The newest scheduled snapshot where a standby that is not seen over gRPC has reported an older one as live: it is
     * behind, or holds it, and the final one would wait with both sites down.
     */
    Optional<SnapshotId> missed(KnownStandby standby) {
        return standby.state().isPresent() ? Optional.empty() : scheduled.get().filter(id -> !standby.has(id));
    }

    /** @throws UnderstudyException {@code SNAPSHOT_HELD} where an operator of the standby has to decide first */
    static void requireNotHeld(KnownStandby standby) {
        standby.held().ifPresent(held -> {
            // The final snapshot would be held like it, with both sites down until the limit.
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_HELD,
                    "cannot hand the site over to " + standby.name() + ": " + held
                            + " is held there, for it differs too much from what is applied",
                    "decide on " + standby.name() + ": agent-replica accept " + held + ", or agent-replica reject "
                            + held + "; see docs/holds.md");
        });
    }

    private static UnderstudyException notReady(KnownStandby standby, String why) {
        return new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "cannot hand the site over to " + standby.name() + ": " + why,
                "see agent-replica status on " + standby.name() + ", and try again when it follows");
    }
}

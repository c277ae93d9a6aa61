package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin;
import io.understudy.repository.SnapshotId;
import io.understudy.simulation.Contents.Content;
import io.understudy.simulation.Contents.Unsound;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Watches old primaries that come back. Before the marker is written all that the stopped site has is in an orphan, or
 * in a snapshot that was committed; a primary is refused, and its site goes on; an orphan that was acknowledged stays,
 * with all its content, until it is dropped.
 */
final class ReturnWatch {
    /** An orphan as it was written. @param content empty until it was acknowledged */
    private record Orphan(String server, byte[] manifest, Optional<Content> content) {}

    /**
     * A return that is under way.
     *
     * @param incarnation of the site: a person may start it in the middle
     * @param content what the site had when it was stopped; null before
     * @param saved that this is saved
     */
    private record Under(int incarnation, Map<String, List<String>> content, boolean saved) {}

    private static final String UPLOADS = "media/";

    private final Run run;
    private final ServerViews views;
    private final Map<String, Orphan> orphans = new TreeMap<>();
    private final Map<Scheduler.Task, Under> under = new HashMap<>();
    /** Those that wrote the marker and had not stopped their site to save anything: they may not save any more. */
    private final Set<Scheduler.Task> marked = new HashSet<>();

    /** By server: databases with which it was the primary, over which something is imported before it was asked. */
    private final Map<Server, Set<DatabaseIdentity>> owed = new HashMap<>();
    /** The rows of each orphan that was acknowledged, also of those that were dropped since. */
    private final Set<Map<String, List<String>>> ever = new HashSet<>();

    /** Kept copies that are saved so far, of each return that is under way. */
    private final Map<Scheduler.Task, Integer> copies = new HashMap<>();

    ReturnWatch(Run run, ServerViews views) {
        this.run = run;
        this.views = views;
    }

    void begins(Server server) {
        run.tell("rejoin", server.name, "");
        copies.remove(run.turns.current());
        marked.remove(run.turns.current());
        under.put(run.turns.current(), new Under(server.site.incarnation(), null, false));
    }

    /** The site was stopped: from here on nothing may change until the marker is there. */
    void stopped(Server server) {
        run.servers.requireWhole(server);
        if (marked.contains(run.turns.current())) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " wrote the marker before it saved what it never shipped");
        }
        under.put(run.turns.current(), new Under(server.site.incarnation(), SwitchWatch.content(server), false));
    }

    /** An object under the name of an orphan was written. */
    void written(String server, String key, byte[] manifest) {
        orphans.computeIfAbsent(key, unused -> new Orphan(server, manifest, Optional.empty()));
    }

    /** By its server alone, before it relied on it; or where a person drops it. */
    void deleted(String server, Place place, String key) {
        Orphan orphan = orphans.get(key);
        if (orphan != null
                && orphan.content().filter(each -> isWhole(place, each)).isPresent()) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server + " deleted " + key + " in " + place.name + ", which was acknowledged");
        }
        if (run.stores.places.stream().noneMatch(other -> other != place && other.has(key))) {
            orphans.remove(key);
        }
    }

    private boolean isWhole(Place place, Content content) {
        return content.blobs().stream()
                .allMatch(key -> place.has(key) && !run.store.damagedKeys().contains(key));
    }

    /** Whether each filestore has each of them. */
    boolean isInStep() {
        return there().stream().allMatch(key -> run.stores.places.stream().allMatch(place -> place.has(key)));
    }

    /** Retention deletes a blob. */
    void sweeping(Place place, String key) {
        orphans.forEach((name, orphan) -> {
            if (place.has(name)
                    && orphan.content()
                            .filter(each -> each.blobs().contains(key))
                            .isPresent()) {
                throw Promise.NOTHING_LOST_IN_A_RETURN.broken(key + " was deleted, which " + name + " names");
            }
        });
    }

    /** The agent says that all is saved that was never shipped. */
    void saved(Server server, Rejoin.Saved saved) {
        Under now = under.get(run.turns.current());
        Map<String, List<String>> kept = saved.orphan()
                .map(this::acknowledged)
                .or(() -> saved.shipped().flatMap(this::shipped))
                .orElseThrow(() -> Promise.NOTHING_LOST_IN_A_RETURN.broken(
                        server.name + " says that there was nothing to save, and names no snapshot that has it"));
        run.reached.at(Check.ORPHAN);
        if (isLeftAlone(server, now) && !kept.equals(now.content())) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " was stopped with " + now.content() + ", but " + saved + " holds " + kept);
        }
        under.put(run.turns.current(), new Under(now.incarnation(), now.content(), true));
    }

    /**
     * The agent says that what was kept of one time as the primary is saved: the database as it was left, and with it
     * what users had uploaded by the moment at which it lost the site's name. Other files the site changes in place.
     */
    void savedKept(Server server, Found kept, Rejoin.Saved saved) {
        Map<String, List<String>> all = saved.orphan()
                .map(this::acknowledged)
                .or(() -> saved.shipped().flatMap(this::shipped))
                .orElse(Map.of());
        Optional<DatabaseIdentity> database = kept.database().flatMap(server.databases::named);
        if (database.isEmpty()) {
            return;
        }
        Map<String, String> expected = new TreeMap<>();
        server.databases.tables(database.get()).forEach((table, rows) -> expected.put("table " + table, rows));
        requireSame(server, saved, part(all, "table "), SwitchWatch.sorted(expected));
        Map<String, String> files = views.of(server).files.get(database.get());
        if (files != null) {
            requireSame(server, saved, part(all, UPLOADS), part(SwitchWatch.sorted(files), UPLOADS));
            run.reached.at(Check.KEPT_FILES);
        }
        run.reached.at(Check.KEPT);
        copies.merge(run.turns.current(), 1, Integer::sum);
    }

    /** It was the primary with this database, and is made a standby by hand. */
    void owes(Server server, DatabaseIdentity database) {
        owed.computeIfAbsent(server, none -> new HashSet<>()).add(database);
    }

    /** A return is done: each database that this server had as the primary is somewhere. */
    private void requireSaved(Server server, DatabaseIdentity database, Rejoin.Result result) {
        Map<String, List<String>> rows = SwitchWatch.sorted(server.databases.tables(database));
        if (!ever.contains(rows) && !run.store.hasCommitted(rows)) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(server.name + " was the primary with " + database + ": "
                    + rows + ", and is back with " + result + ", but no orphan and no snapshot has that");
        }
        run.reached.at(Check.OVERWRITTEN);
    }

    private static Map<String, List<String>> part(Map<String, List<String>> all, String start) {
        Map<String, List<String>> part = new TreeMap<>(all);
        part.keySet().removeIf(name -> !name.startsWith(start));
        return part;
    }

    private static void requireSame(
            Server server, Rejoin.Saved saved, Map<String, List<String>> there, Map<String, List<String>> expected) {
        if (!there.equals(expected)) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " had " + expected + ", but " + saved + " has " + there);
        }
    }

    private Map<String, List<String>> acknowledged(SnapshotId id) {
        String key = "orphans/" + id + ".json";
        Orphan orphan = Optional.ofNullable(orphans.get(key))
                .orElseThrow(() -> Promise.NOTHING_LOST_IN_A_RETURN.broken(key + " is no orphan that was written"));
        List<Place> places =
                run.stores.places.stream().filter(place -> place.has(key)).toList();
        if (places.isEmpty()) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(key + " is in no filestore");
        }
        Optional<Content> content = orphan.content();
        for (Place place : places) {
            content = Optional.of(read(place, key, orphan.manifest()));
        }
        orphans.put(key, new Orphan(orphan.server(), orphan.manifest(), content));
        content.map(Content::tables).map(SwitchWatch::sorted).ifPresent(ever::add);
        return content.map(ReturnWatch::all).orElseThrow();
    }

    private Content read(Place place, String key, byte[] manifest) {
        try {
            Content content = run.store.orphan(place, manifest);
            WholeMoment.require(key, content);
            return content;
        } catch (Unsound e) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(key + " in " + place.name + ": " + e.getMessage());
        }
    }

    private Optional<Map<String, List<String>>> shipped(SnapshotId id) {
        return run.store.genuine(id.toString()).map(Genuine::content).map(ReturnWatch::all);
    }

    private static Map<String, List<String>> all(Content content) {
        Map<String, String> all = new TreeMap<>(content.files());
        content.tables().forEach((table, rows) -> all.put("table " + table, rows));
        return SwitchWatch.sorted(all);
    }

    private static boolean isLeftAlone(Server server, Under now) {
        return now.content() != null && server.site.incarnation() == now.incarnation();
    }

    /** The marker is about to be written, by whatever does it. */
    void marking(Server server) {
        Under now = under.get(run.turns.current());
        if (now == null || now.content() == null) {
            marked.add(run.turns.current());
            return;
        }
        if (!now.saved()) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " writes the marker before it has saved what it never shipped");
        }
        if (isLeftAlone(server, now) && !server.marked() && !now.content().equals(SwitchWatch.content(server))) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " has changed between the saving of its orphan and the marker");
        }
    }

    /** Those that were acknowledged. */
    List<String> there() {
        return orphans.entrySet().stream()
                .filter(each -> each.getValue().content().isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** By a person, in each filestore: its content may be deleted from here on. */
    void drop(String key) {
        orphans.remove(key);
        run.stores.places.forEach(place -> place.truth.delete(key));
    }

    void done(Server server, Rejoin.Result result) {
        run.reached.at(Check.RETURNED);
        if (copies.getOrDefault(run.turns.current(), 0) > 1) {
            run.reached.at(Check.KEPT_SEVERAL);
        }
        under.remove(run.turns.current());
        run.tell("rejoined", server.name, result.toString());
        owed.getOrDefault(server, Set.of()).forEach(database -> requireSaved(server, database, result));
        if (!server.marked() && run.turns.current() != null) {
            // A person may have removed it since; no agent does.
            run.tell("rejoined without the marker", server.name, "");
        }
    }

    void failed(Server server, UnderstudyException why) {
        Under now = under.remove(run.turns.current());
        boolean refused = why.code() == ErrorCode.USAGE && why.getMessage().contains("cannot rejoin");
        if (refused && now != null && now.content() != null) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(
                    server.name + " is the primary, and its site was stopped for a return");
        }
    }

    /** Nothing goes wrong any more: each orphan that was acknowledged is there, and whole. */
    void requireAll() {
        run.tell("returns", run.reached.times(Check.RETURNED) + " done", orphans.size() + " orphans there");
        orphans.forEach((key, orphan) -> {
            boolean damaged = orphan.content().stream()
                    .flatMap(each -> each.blobs().stream())
                    .anyMatch(run.store.damagedKeys()::contains);
            if (orphan.content().isPresent() && !damaged) {
                run.stores.places.forEach(place -> requireIn(place, key, orphan));
            }
        });
    }

    private void requireIn(Place place, String key, Orphan orphan) {
        if (!place.has(key)) {
            throw Promise.NOTHING_LOST_IN_A_RETURN.broken(key + " is not in " + place.name);
        }
        read(place, key, orphan.manifest());
    }
}

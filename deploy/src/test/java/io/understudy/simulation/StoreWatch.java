package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.config.Settings.CommitRule;
import io.understudy.simulation.Contents.Content;
import io.understudy.simulation.Contents.Unsound;
import io.understudy.simulation.Place.Claim;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Watches the shared filestores: promises 1, 2, 6; {@link DeletionWatch} has 7. It sees each effect in the moment it
 * happens, knows who caused it and what that one had looked at before, and keeps a model of its own.
 */
final class StoreWatch {
    /** A commit under way: by whom, what it writes, and in each filestore that has it the epoch claimed there then. */
    private record Commit(Scheduler.Task task, byte[] manifest, List<Integer> highest) {}

    private final List<Place> places;
    private final CommitRule rule;
    private final Run run;
    private final Contents contents;
    private Place looking;
    private final Map<String, Genuine> committed = new HashMap<>();
    private final Map<String, Commit> commits = new HashMap<>();
    private final Set<String> damaged = new HashSet<>();
    /** Server and snapshot. */
    private final Set<String> acknowledged = new HashSet<>();

    private final Map<Scheduler.Task, Eyes> eyes = new HashMap<>();

    StoreWatch(Stores stores, Run run) {
        this.places = stores.places;
        this.rule = stores.rule;
        this.run = run;
        this.contents = new Contents(key -> looking.has(key));
    }

    /** From the first that has it. */
    Optional<byte[]> object(String key) {
        return places.stream()
                .map(place -> place.object(key))
                .flatMap(Optional::stream)
                .findFirst();
    }

    static Optional<byte[]> object(InMemoryFilestore store, String key) {
        if (store.stat(key).isEmpty()) {
            return Optional.empty();
        }
        try (var in = store.open(key, 0)) {
            return Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an agent committed under this name, whatever lies there now. */
    Optional<Genuine> genuine(String snapshot) {
        return Optional.ofNullable(committed.get(snapshot));
    }

    /** Whether any snapshot that an agent committed has these rows. */
    boolean hasCommitted(Map<String, List<String>> rows) {
        return committed.values().stream()
                .anyMatch(each -> sorted(each.content().tables()).equals(rows));
    }

    /** The newest snapshot that was committed and exists. */
    Optional<Genuine> newest() {
        return places.stream()
                .map(place -> place.kept.lastEntry())
                .filter(Objects::nonNull)
                .map(Map.Entry::getValue)
                .max(Comparator.comparing(Genuine::id));
    }

    /** The repository was created, with epoch 1. */
    void founded(String server) {
        places.forEach(place -> place.claims.put(1, new Claim(1, server, 0)));
    }

    int highestEpoch() {
        return places.stream().mapToInt(Place::highestEpoch).max().orElse(0);
    }

    /** The server that claimed the highest epoch. */
    String holder() {
        return holders().get(0);
    }

    /** Whether several claimed it, each in another filestore. */
    boolean isDisputed() {
        return holders().size() > 1;
    }

    private List<String> holders() {
        int highest = highestEpoch();
        return places.stream()
                .map(place -> place.claims.get(highest))
                .filter(Objects::nonNull)
                .map(Claim::server)
                .distinct()
                .toList();
    }

    /** Whether each filestore has the newest snapshot. */
    boolean isInStep() {
        return places.stream()
                        .map(place -> place.kept.keySet().stream().max(String::compareTo))
                        .distinct()
                        .count()
                == 1;
    }

    /** Each filestore has all of each snapshot that it has. */
    void requireWholeEverywhere() {
        for (Place place : places) {
            place.kept.values().forEach(snapshot -> requireWhole(place, snapshot));
        }
    }

    private void requireWhole(Place place, Genuine snapshot) {
        snapshot.content().blobs().stream()
                .filter(key -> !place.has(key) && !damaged.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw Promise.COMMIT_LAST.broken(place.name + " has " + snapshot.id() + " without " + key);
                });
    }

    /** A hostile or broken store changed the object behind everybody's back. */
    void damage(String key) {
        damaged.add(key);
    }

    /** The operator removed an object. */
    void removed(String key) {
        damaged.remove(key);
        if (key.startsWith("manifests/")) {
            places.forEach(place -> place.kept.remove(id(key)));
        }
    }

    boolean isDamaged(String snapshot) {
        Genuine genuine = committed.get(snapshot);
        return damaged.contains("manifests/" + snapshot + ".json")
                || genuine != null && genuine.content().blobs().stream().anyMatch(damaged::contains);
    }

    Set<String> damagedKeys() {
        return damaged;
    }

    /** A snapshot's moment is frozen: whatever of it is read, taken over or kept as a delta has to come to this. */
    void reads(Map<String, String> frozen) {
        mine().frozen = Map.copyOf(frozen);
    }

    /** The log up to this snapshot's moment is no longer needed. */
    void letGo(String snapshot) {
        if (!committed.containsKey(snapshot)) {
            throw Promise.CHECKED.broken("the slot passes " + snapshot + ", which was not committed");
        }
    }

    void read(Place place, String key) {
        Eyes mine = mine();
        mine.looked.put(place.name + key, run.now());
        if (key.startsWith("blobs/")) {
            mine.content = run.now();
        } else if (key.startsWith("replicas/")) {
            place.object(key).flatMap(StoreWatch::report).ifPresent(report -> mine.reports.put(key, report));
        }
    }

    /** @return empty when it is junk */
    private static Optional<JsonNode> report(byte[] bytes) {
        try {
            return Optional.of(Contents.json(bytes)).filter(JsonNode::isObject);
        } catch (UncheckedIOException | IndexOutOfBoundsException junk) {
            return Optional.empty();
        }
    }

    void listed(Place place, String prefix) {
        Eyes mine = mine();
        if (prefix.equals("epochs/")) {
            mine.epochs.put(place, run.now());
        } else if (prefix.equals("replicas/")) {
            mine.reports.clear();
        }
    }

    void beforePut(Place place, String key, byte[] bytes) {
        boolean immutable = key.startsWith("blobs/") || key.startsWith("manifests/") || key.startsWith("epochs/");
        immutable |= key.startsWith("orphans/");
        Optional<byte[]> there = immutable && !damaged.contains(key) ? place.object(key) : Optional.empty();
        if (there.isPresent() && !Arrays.equals(there.get(), bytes) && !isSameBlob(key, there.get(), bytes)) {
            throw Promise.IMMUTABLE.broken(key + " was changed");
        }
    }

    /** A bit of a zstd frame that was flipped on the way may change nothing of its content, which names the blob. */
    private static boolean isSameBlob(String key, byte[] there, byte[] bytes) {
        int bits = 0;
        for (int i = 0; i < bytes.length && there.length == bytes.length; i++) {
            bits += Integer.bitCount((there[i] ^ bytes[i]) & 0xff);
        }
        return key.startsWith("blobs/") && bits == 1 && Contents.isOf(key, there) && Contents.isOf(key, bytes);
    }

    void put(String server, Place place, String key, byte[] bytes) {
        place.written(server, key, run.now());
        if (key.startsWith("blobs/")) {
            mine().content = run.now();
            blob(key, bytes);
        } else if (key.startsWith("manifests/")) {
            manifest(server, place, id(key), bytes);
        } else if (key.startsWith("orphans/")) {
            run.returns.written(server, key, bytes);
        } else if (key.startsWith("epochs/")) {
            JsonNode claim = Contents.json(bytes);
            place.claims.put(
                    claim.get("epoch").asInt(),
                    new Claim(claim.get("epoch").asInt(), claim.get("server").asText(), run.now()));
            run.switches.claimed(claim.get("epoch").asInt());
        } else if (key.startsWith("replicas/")) {
            run.servers.reported(server, Contents.json(bytes));
        }
    }

    /** The agent that committed it says so: from here on others rely on it. */
    void acknowledged(String server, String snapshot) {
        Genuine genuine = committed.get(snapshot);
        if (genuine == null) {
            throw Promise.COMMIT_LAST.broken(snapshot + " is said to be committed, but never was");
        }
        // With all each store has to look at its claims; with any it counts in those that had none.
        boolean fenced = rule == CommitRule.ALL
                ? genuine.highest() > genuine.epoch()
                : commits.get(snapshot).highest().stream().allMatch(highest -> highest > genuine.epoch());
        if (fenced) {
            throw Promise.ONE_WRITER.broken(snapshot + " was acknowledged, though epoch " + genuine.highest()
                    + " had been claimed when it was written");
        }
        // The third one has a window, and does not count.
        if (rule == CommitRule.ALL && commits.get(snapshot).highest().size() < Math.min(places.size(), 2)) {
            throw Promise.COMMIT_LAST.broken(snapshot + " was acknowledged, and is not in each filestore");
        }
        acknowledged.add(server + " " + snapshot);
    }

    boolean hasAcknowledged(String server, String snapshot) {
        return acknowledged.contains(server + " " + snapshot);
    }

    /** Reads what an agent wrote as an orphan. @throws Unsound where a blob of it is not there, or was never sound */
    Content orphan(Place place, byte[] manifest) throws Unsound {
        looking = place;
        return contents.of(manifest, damaged);
    }

    private void blob(String key, byte[] bytes) {
        try {
            contents.blob(key, bytes);
            damaged.remove(key);
        } catch (Unsound e) {
            throw Promise.COMMIT_LAST.broken("a blob was stored that is not what its name says: " + e.getMessage());
        }
    }

    private void manifest(String server, Place place, String id, byte[] bytes) {
        Commit commit = commits.get(id);
        if (commit == null || places.size() == 1) {
            commits.put(id, new Commit(run.turns.current(), bytes, new ArrayList<>()));
            commit(server, place, id, bytes);
        } else if (!Arrays.equals(commit.manifest(), bytes)) {
            throw Promise.IMMUTABLE.broken(id + " is another snapshot in " + place.name);
        } else {
            requireWhole(place, committed.get(id));
        }
        place.kept.put(id, committed.get(id));
        if (commits.get(id).task() == run.turns.current()) {
            requireMine(server, place, id);
            commits.get(id).highest().add(place.highestEpoch());
        }
    }

    private void requireMine(String server, Place place, String id) {
        int epoch = Integer.parseInt(id.substring(0, 8));
        Claim claim = place.claims.get(epoch);
        if (claim == null || !claim.server().equals(server)) {
            throw Promise.ONE_WRITER.broken(server + " committed " + id + " in an epoch that is " + claim + "'s");
        }
    }

    private void commit(String server, Place place, String id, byte[] bytes) {
        int epoch = Integer.parseInt(id.substring(0, 8));
        for (Place each : places) {
            each.above(epoch).filter(above -> mine().saw(each, above)).ifPresent(above -> {
                throw Promise.ONE_WRITER.broken(server + " committed " + id + " though it had seen epoch " + above);
            });
        }
        run.markers.committing(
                server, id, mine().content, Contents.json(bytes).at("/last/to").asText(""));
        requireScheduled(place, id, Contents.json(bytes));
        looking = place;
        Genuine genuine = new Genuine(
                id,
                server,
                epoch,
                run.now(),
                highestEpoch(),
                Genuine.scheduled(id, Contents.json(bytes)),
                sound(id, bytes));
        committed.put(id, genuine);
        run.switches.committed(genuine, Contents.json(bytes).at("/last/to").asText(""));
    }

    /** A standby that reads this one alone must not pass over a snapshot that it is to become live with. */
    private void requireScheduled(Place place, String id, JsonNode manifest) {
        if (!Genuine.isContinuous(manifest)) {
            return;
        }
        String last = Genuine.scheduled(id, manifest);
        boolean sound = committed.containsKey(last)
                && !committed.get(last).continuous()
                && last.compareTo(id) < 0
                && place.kept.subMap(last, false, id, false).values().stream().allMatch(Genuine::continuous);
        if (!sound) {
            throw Promise.FILESTORE_IS_THE_TRUTH.broken(
                    id + " says that " + last + " is the newest before it that is not continuous");
        }
    }

    /** Everything that the manifest names is there in this very moment. What was damaged before is known. */
    private Content sound(String id, byte[] manifest) {
        try {
            Content content = contents.of(manifest, damaged);
            WholeMoment.require(id, content);
            run.reached.at(Check.COMMITTED);
            if (!sorted(content.tables()).equals(sorted(mine().frozen))) {
                throw Promise.CHECKED.broken(
                        id + " holds " + content.tables() + ", but its moment had " + mine().frozen);
            }
            return content;
        } catch (Unsound e) {
            throw Promise.COMMIT_LAST.broken(id + " was committed, but " + e.getMessage());
        }
    }

    /** An agent says that nothing changed since its last snapshot. @param content of its site, all the time */
    void requireCommitted(Server server, Map<String, String> content) {
        if (server.marked()) {
            return;
        }
        // One of several filestores may be away, and the newest in it.
        List<Map<String, String>> last = places.size() == 1
                ? List.of(last(server, committed.values()))
                : places.stream()
                        .map(place -> last(server, place.kept.values()))
                        .toList();
        if (last.stream().noneMatch(then -> sorted(then).equals(sorted(content)))) {
            throw Promise.CHECKED.broken(server.name + " says that nothing changed, but it committed " + last
                    + " and the site has " + content);
        }
    }

    private static Map<String, String> last(Server server, Collection<Genuine> snapshots) {
        Map<String, String> then = new TreeMap<>();
        snapshots.stream()
                .filter(each -> each.server().equals(server.name))
                .max(Comparator.comparing(Genuine::id))
                .ifPresent(snapshot -> {
                    then.putAll(snapshot.content().files());
                    snapshot.content().tables().forEach((table, rows) -> then.put("table " + table, rows));
                });
        return then;
    }

    /** The order of rows means nothing. */
    private static Map<String, List<String>> sorted(Map<String, String> tables) {
        Map<String, List<String>> rows = new TreeMap<>();
        tables.forEach((name, text) -> rows.put(name, text.lines().sorted().toList()));
        return rows;
    }

    Eyes mine() {
        return eyes.computeIfAbsent(run.turns.current(), task -> new Eyes());
    }

    static String id(String manifestKey) {
        return manifestKey.substring("manifests/".length(), manifestKey.length() - ".json".length());
    }

    /** Everything that is listed under manifests/, genuine or not. */
    List<String> listed() {
        return places.stream()
                .flatMap(place -> place.truth.list("manifests/", ""))
                .map(info -> id(info.key()))
                .distinct()
                .sorted()
                .toList();
    }
}

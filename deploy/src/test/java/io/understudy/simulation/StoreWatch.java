package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.SnapshotId;
import io.understudy.simulation.Contents.Content;
import io.understudy.simulation.Contents.Unsound;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Watches the shared filestore: promises 1, 2, 6, 7. It sees each effect in the moment it happens, knows who caused it
 * and what that one had looked at before, and keeps a model of its own.
 */
final class StoreWatch {
    static final Duration GRACE = Duration.ofHours(24);

    /**
     * A snapshot that an agent committed.
     *
     * @param at the event of its appearance
     * @param highest epoch that was claimed then
     * @param scheduled the newest one up to it that is not continuous: what a standby becomes live for
     */
    record Genuine(String id, String server, int epoch, long at, int highest, String scheduled, Content content) {
        boolean continuous() {
            return !scheduled.equals(id);
        }
    }

    private record Claim(int epoch, String server, long at) {}

    /** What a task has looked at. */
    private static final class Eyes {
        private long epochs = -1;
        private long content = -1;
        /** The tables of the moment that it froze last. */
        private Map<String, String> frozen = Map.of();

        private final Map<String, JsonNode> reports = new HashMap<>();
        private final Map<String, Long> looked = new HashMap<>();
    }

    private final InMemoryFilestore truth;
    private final Run run;
    private final Contents contents;
    private final Map<String, Genuine> committed = new HashMap<>();
    private final TreeMap<String, Genuine> kept = new TreeMap<>();
    private final TreeMap<Integer, Claim> claims = new TreeMap<>();
    private final Map<String, String> writers = new HashMap<>();
    private final Map<String, Long> written = new HashMap<>();
    private final Set<String> damaged = new HashSet<>();
    /** Server and snapshot. */
    private final Set<String> acknowledged = new HashSet<>();

    private final Map<Scheduler.Task, Eyes> eyes = new HashMap<>();

    StoreWatch(InMemoryFilestore truth, Run run) {
        this.truth = truth;
        this.run = run;
        this.contents = new Contents(key -> truth.stat(key).isPresent());
    }

    Optional<byte[]> object(String key) {
        return object(truth, key);
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

    /** The newest snapshot that was committed and exists. */
    Optional<Genuine> newest() {
        return Optional.ofNullable(kept.lastEntry()).map(Map.Entry::getValue);
    }

    /** The repository was created, with epoch 1. */
    void founded(String server) {
        claims.put(1, new Claim(1, server, 0));
    }

    int highestEpoch() {
        return claims.isEmpty() ? 0 : claims.lastKey();
    }

    /** The server that claimed the highest epoch. */
    String holder() {
        return claims.lastEntry().getValue().server();
    }

    /** A hostile or broken store changed the object behind everybody's back. */
    void damage(String key) {
        damaged.add(key);
    }

    /** The operator removed an object. */
    void removed(String key) {
        damaged.remove(key);
        if (key.startsWith("manifests/")) {
            kept.remove(id(key));
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

    void read(String server, String key) {
        Eyes mine = mine();
        mine.looked.put(key, run.now());
        if (key.startsWith("blobs/")) {
            mine.content = run.now();
        } else if (key.startsWith("replicas/")) {
            object(key).flatMap(StoreWatch::report).ifPresent(report -> mine.reports.put(key, report));
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

    void listed(String server, String prefix) {
        Eyes mine = mine();
        if (prefix.equals("epochs/")) {
            mine.epochs = run.now();
        } else if (prefix.equals("replicas/")) {
            mine.reports.clear();
        }
    }

    void beforePut(String key, byte[] bytes) {
        boolean immutable = key.startsWith("blobs/") || key.startsWith("manifests/") || key.startsWith("epochs/");
        Optional<byte[]> there = immutable && !damaged.contains(key) ? object(key) : Optional.empty();
        if (there.isPresent() && !Arrays.equals(there.get(), bytes)) {
            throw Promise.IMMUTABLE.broken(key + " was changed");
        }
    }

    void put(String server, String key, byte[] bytes) {
        written.put(key, run.now());
        writers.put(key, server);
        if (key.startsWith("blobs/")) {
            mine().content = run.now();
            blob(key, bytes);
        } else if (key.startsWith("manifests/")) {
            commit(server, id(key), bytes);
        } else if (key.startsWith("epochs/")) {
            JsonNode claim = Contents.json(bytes);
            claims.put(
                    claim.get("epoch").asInt(),
                    new Claim(claim.get("epoch").asInt(), claim.get("server").asText(), run.now()));
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
        if (genuine.highest() > genuine.epoch()) {
            throw Promise.ONE_WRITER.broken(snapshot + " was acknowledged, though epoch " + genuine.highest()
                    + " had been claimed when it was written");
        }
        acknowledged.add(server + " " + snapshot);
    }

    void delete(String server, String key) {
        if (key.startsWith("manifests/") && object(key).isPresent()) {
            String id = id(key);
            if (run.turns.current().name.matches("snapshot|continuous")) {
                withdraw(server, id);
            } else {
                prune(id);
            }
            kept.remove(id);
        } else if (key.startsWith("blobs/") && truth.stat(key).isPresent()) {
            sweep(server, key);
        } else if (key.startsWith("epochs/")) {
            throw Promise.IMMUTABLE.broken(key + " was deleted");
        }
    }

    private void blob(String key, byte[] bytes) {
        try {
            contents.blob(key, bytes);
            damaged.remove(key);
        } catch (Unsound e) {
            throw Promise.COMMIT_LAST.broken("a blob was stored that is not what its name says: " + e.getMessage());
        }
    }

    private void commit(String server, String id, byte[] bytes) {
        int epoch = Integer.parseInt(id.substring(0, 8));
        Claim claim = claims.get(epoch);
        if (claim == null || !claim.server().equals(server)) {
            throw Promise.ONE_WRITER.broken(server + " committed " + id + " in an epoch that is " + claim + "'s");
        }
        Claim above = claims.higherEntry(epoch) == null
                ? null
                : claims.higherEntry(epoch).getValue();
        if (above != null && above.at() <= mine().epochs) {
            throw Promise.ONE_WRITER.broken(server + " committed " + id + " though it had seen epoch " + above);
        }
        run.markers.committing(server, id, mine().content);
        requireScheduled(id, Contents.json(bytes));
        Genuine genuine = new Genuine(
                id, server, epoch, run.now(), highestEpoch(), scheduled(id, Contents.json(bytes)), sound(id, bytes));
        committed.put(id, genuine);
        kept.put(id, genuine);
    }

    /** A standby that reads this one alone must not pass over a snapshot that it is to become live with. */
    private void requireScheduled(String id, JsonNode manifest) {
        if (!isContinuous(manifest)) {
            return;
        }
        String last = scheduled(id, manifest);
        boolean sound = committed.containsKey(last)
                && !committed.get(last).continuous()
                && last.compareTo(id) < 0
                && kept.subMap(last, false, id, false).values().stream().allMatch(Genuine::continuous);
        if (!sound) {
            throw Promise.FILESTORE_IS_THE_TRUTH.broken(
                    id + " says that " + last + " is the newest before it that is not continuous");
        }
    }

    private static String scheduled(String id, JsonNode manifest) {
        return isContinuous(manifest) ? manifest.path("last_scheduled").asText("") : id;
    }

    private static boolean isContinuous(JsonNode manifest) {
        return manifest.path("periods").size() == 1
                && manifest.at("/periods/0").asText().equals("continuous");
    }

    /** Everything that the manifest names is there in this very moment. What was damaged before is known. */
    private Content sound(String id, byte[] manifest) {
        try {
            Content content = contents.of(manifest, damaged);
            WholeMoment.require(id, content);
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
        Optional<Genuine> last = committed.values().stream()
                .filter(each -> each.server().equals(server.name))
                .max(Comparator.comparing(Genuine::id));
        Map<String, String> then = new TreeMap<>();
        last.ifPresent(snapshot -> {
            then.putAll(snapshot.content().files());
            snapshot.content().tables().forEach((table, rows) -> then.put("table " + table, rows));
        });
        if (!server.marked() && !sorted(then).equals(sorted(content))) {
            throw Promise.CHECKED.broken(server.name + " says that nothing changed, but it committed " + then
                    + " and the site has " + content);
        }
    }

    /** The order of rows means nothing. */
    private static Map<String, List<String>> sorted(Map<String, String> tables) {
        Map<String, List<String>> rows = new TreeMap<>();
        tables.forEach((name, text) -> rows.put(name, text.lines().sorted().toList()));
        return rows;
    }

    private void withdraw(String server, String id) {
        Genuine genuine = kept.get(id);
        if (genuine == null || !genuine.server().equals(server) || genuine.epoch() >= highestEpoch()) {
            throw Promise.RETENTION.broken(server + " withdrew " + id + ", which it had no reason to");
        }
    }

    private void prune(String id) {
        if (kept.isEmpty() || kept.lastKey().equals(id)) {
            throw Promise.RETENTION.broken("the newest snapshot " + id + " was deleted");
        }
        mine().reports.forEach((name, report) -> {
            boolean held = report.path("proven").asText().equals(id)
                    || report.path("applied").asText().equals(id);
            for (JsonNode hold : report.path("holds")) {
                held |= hold.asText().equals(id);
            }
            if (held) {
                throw Promise.RETENTION.broken(id + " was deleted, though " + name + " proved or holds it");
            }
        });
    }

    private void sweep(String server, String key) {
        Claim above = claims.isEmpty() ? null : claims.lastEntry().getValue();
        boolean fencedSince = above != null && !above.server().equals(server) && above.at() > mine().epochs;
        boolean rewrittenByAnother = !server.equals(writers.get(key))
                && written.getOrDefault(key, 0L) > mine().looked.getOrDefault(key, 0L);
        Optional<Genuine> user = kept.values().stream()
                .filter(snapshot -> snapshot.content().blobs().contains(key))
                .filter(snapshot -> knows(server, snapshot))
                .findFirst();
        if (user.isPresent() && !(fencedSince && rewrittenByAnother)) {
            throw Promise.RETENTION.broken(
                    key + " was deleted, which " + user.get().id() + " names");
        }
        user.ifPresent(snapshot -> damaged.add(key));
        Instant modified = truth.stat(key).map(ObjectInfo::modified).orElseThrow();
        if (modified.isAfter(run.time.now().minus(GRACE)) && !rewrittenByAnother) {
            throw Promise.RETENTION.broken(key + " was deleted, though it is of " + modified);
        }
    }

    /** A manifest that is damaged, and that this server never had genuine before it, looks like junk. */
    private boolean knows(String server, Genuine snapshot) {
        return !damaged.contains("manifests/" + snapshot.id() + ".json")
                || acknowledged.contains(server + " " + snapshot.id())
                || run.server(server).genuine().contains(SnapshotId.parse(snapshot.id()));
    }

    private Eyes mine() {
        return eyes.computeIfAbsent(run.turns.current(), task -> new Eyes());
    }

    static String id(String manifestKey) {
        return manifestKey.substring("manifests/".length(), manifestKey.length() - ".json".length());
    }

    /** Everything that is listed under manifests/, genuine or not. */
    List<String> listed() {
        try (Stream<ObjectInfo> all = truth.list("manifests/", "")) {
            return all.map(info -> id(info.key())).toList();
        }
    }
}

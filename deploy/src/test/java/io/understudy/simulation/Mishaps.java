package io.understudy.simulation;

import io.understudy.filestore.Content;
import io.understudy.filestore.ObjectInfo;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.repository.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What happens to things that should last: objects that rot, are forged or are junk in the filestore, blobs that rot in
 * a mirror, a state that is lost, a clock that jumps.
 */
final class Mishaps {
    private final Run run;
    private final Junk junk;
    private final List<String> forged = new ArrayList<>();
    private final Map<Server, DiskCopy> copies = new HashMap<>();

    /** What the disk of a database server held. */
    private record DiskCopy(DatabaseIdentity live, Map<String, String> tables, ChangeLog log) {}

    Mishaps(Run run) {
        this.run = run;
        this.junk = new Junk(run);
    }

    void happen(Server server) {
        int kind = run.random.nextInt(17);
        if (run.stores.areSeveral() && (kind < 3 || kind > 5 && kind < 9)) {
            // What rots and is forged is watched where there is one.
            storeAway(server);
            return;
        }
        switch (kind) {
            case 0 -> rot("blobs/");
            case 1 -> rot("manifests/");
            case 2 -> forge();
            case 3, 4 -> rotMirror(server);
            case 5 -> setClock(server);
            case 6, 7, 8 -> junk.write();
            case 10 -> dropSlot(server);
            case 11, 12 -> copyOrRestore(server);
            case 13, 14, 15 -> drift(server);
            case 16 -> dropSpare(server);
            default -> forget(server);
        }
    }

    /** One of several filestores is away, or is not reached by one server. */
    void storeAway(Server server) {
        if (run.trouble.isOver()) {
            return;
        }
        Place place = run.stores.places.get(run.random.nextInt(run.stores.places.size()));
        Optional<String> whom = run.random.nextBoolean() ? Optional.of(server.name) : Optional.empty();
        Duration during = Duration.ofMinutes(run.random.nextInt(600));
        run.tell("filestore away", place.name, whom.orElse("") + " " + during);
        run.trouble.cutOff(whom, place.name, during);
    }

    /** A hostile or broken store: a flipped bit, another object's bytes, or nothing at all any more. */
    private void rot(String prefix) {
        Optional<String> key = any(prefix);
        if (key.isEmpty()
                || forged.contains(key.get())
                || run.store.object(key.get()).orElseThrow().length == 0) {
            return;
        }
        run.tell("rot", key.get(), "");
        run.store.damage(key.get());
        byte[] bytes = run.store.object(key.get()).orElseThrow();
        switch (run.random.nextInt(4)) {
            case 0 -> run.truth.put(key.get(), Content.of(bytes, run.random.nextInt(bytes.length)));
            case 1 ->
                run.truth.put(
                        key.get(),
                        Content.of(run.store.object(any(prefix).orElseThrow()).orElseThrow()));
            case 2 -> {
                bytes[run.random.nextInt(bytes.length)] ^= 4;
                run.truth.put(key.get(), Content.of(bytes));
            }
            default -> run.truth.delete(key.get());
        }
        if (prefix.equals("manifests/") && run.store.object(key.get()).isEmpty()) {
            run.store.removed(key.get());
        } else if (prefix.equals("manifests/")) {
            forged.add(key.get());
        }
    }

    /** Somebody without a trusted key writes a manifest that looks newer than all. */
    private void forge() {
        Optional<String> model = any("manifests/");
        if (model.isEmpty()) {
            return;
        }
        byte[] bytes = run.store.object(model.get()).orElseThrow();
        String id = StoreWatch.id(model.get());
        SnapshotId wanted =
                new SnapshotId(Math.max(1, run.store.highestEpoch()) + run.random.nextInt(2), 90 + forged.size());
        String line = new String(bytes, StandardCharsets.UTF_8).split("\n")[0].replace(id, wanted.toString());
        String signature = Base64.getEncoder().encodeToString(new byte[64]);
        String text = line + "\ned25519 " + "0123456789abcdef" + " " + signature + "\n";
        run.tell("forge", wanted.key(), "");
        run.store.damage(wanted.key());
        run.truth.put(wanted.key(), Content.of(text.getBytes(StandardCharsets.UTF_8)));
        forged.add(wanted.key());
    }

    private void rotMirror(Server server) {
        List<String> blobs = server.mirror.keys().stream()
                .filter(key -> key.startsWith("blobs/") || key.startsWith("manifests/"))
                .toList();
        if (!blobs.isEmpty()) {
            String key = blobs.get(run.random.nextInt(blobs.size()));
            run.tell("rot in the mirror of " + server.name, key, "");
            if (run.random.nextBoolean()) {
                server.mirror.delete(key);
            } else {
                server.mirror.put(key, Content.of(new byte[] {1, 2, 3}));
            }
        }
    }

    /** The replica's state file is lost, while its agent is down. */
    private void forget(Server server) {
        if (run.replica(server).process.isDead() && !server.kind().matches("applying|promoting")) {
            run.tell("lose the state", server.name, "");
            server.state(Optional.empty());
        }
    }

    /** A person drops it, or the server lost it when it kept too much. */
    private void dropSlot(Server server) {
        run.tell("drop the slot", server.name, "");
        server.log.dropSlot();
    }

    /** Something of the site writes into the live database of a standby. */
    private void drift(Server server) {
        Optional<DatabaseIdentity> live = server.live()
                .filter(each ->
                        server.marked() && server.databases.content(each).isPresent());
        live.ifPresent(database -> {
            Map<String, String> tables = new TreeMap<>(server.databases.tables(database));
            List<String> notes = tables.getOrDefault("note", "").lines().toList();
            if (notes.size() > 1) {
                run.tell("drift", server.name, notes.get(0));
                server.log.changed(database, "note", notes.get(0).split("\t")[0]);
                tables.put("note", String.join("\n", notes.subList(1, notes.size())) + "\n");
                server.databases.write(database, tables);
                run.drift.drifted(server, database);
            }
        });
    }

    /** A person drops the database that the next load begins with, or that is ahead. */
    private void dropSpare(Server server) {
        server.databases.named(DatabaseNames.of(Server.SITE).spare()).ifPresent(spare -> {
            run.tell("drop the spare", server.name, "");
            run.ahead.dropped(server, spare);
            server.databases.drop(spare);
        });
    }

    /** The database server is put back to an earlier copy of its disk: log and slot go back with the rows. */
    private void copyOrRestore(Server server) {
        DiskCopy copy = copies.remove(server);
        if (copy == null) {
            run.tell("copy the disk", server.name, "");
            server.live()
                    .ifPresent(live ->
                            copies.put(server, new DiskCopy(live, server.databases.tables(live), server.log.copy())));
        } else if (server.live().filter(copy.live()::equals).isPresent() && server.site.serves()) {
            run.tell("restore the disk", server.name, "");
            server.databases.write(copy.live(), copy.tables());
            server.log.restore(copy.log());
            run.servers.served(server);
        }
    }

    private void setClock(Server server) {
        Duration off = run.trouble.skew();
        run.tell("set the clock", server.name, off.toString());
        server.clock.putOff(off);
    }

    /**
     * Objects under manifests/ that no agent wrote, or that are not what it wrote, are removed by hand, as the messages
     * say.
     */
    void cleanUp() {
        junk.cleanUp();
        for (String key : forged) {
            run.truth.delete(key);
            run.store.removed(key);
        }
        forged.clear();
    }

    /**
     * A verification finds what is missing; from then on the primary's snapshots store everything again. What can't be
     * mended is removed.
     */
    void mend(Server primary) throws InterruptedException {
        for (String snapshot : run.store.listed()) {
            boolean sound = run.primary(primary).verify(SnapshotId.parse(snapshot));
            if (!sound && !run.store.newest().map(Genuine::id).equals(Optional.of(snapshot))) {
                String key = "manifests/" + snapshot + ".json";
                run.stores.places.forEach(place -> place.truth.delete(key));
                run.store.removed(key);
            }
        }
    }

    private Optional<String> any(String prefix) {
        try (Stream<ObjectInfo> all = run.truth.list(prefix, "")) {
            List<String> keys = all.map(ObjectInfo::key).toList();
            return keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(run.random.nextInt(keys.size())));
        }
    }
}

package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Watches what is deleted in the shared filestores: promises 2 and 7. */
final class DeletionWatch {
    static final Duration GRACE = Duration.ofHours(24);

    private final List<Place> places;
    private final StoreWatch store;
    private final Run run;

    DeletionWatch(Stores stores, StoreWatch store, Run run) {
        this.places = stores.places;
        this.store = store;
        this.run = run;
    }

    void delete(String server, Place place, String key) {
        if (key.startsWith("manifests/") && place.has(key)) {
            String id = StoreWatch.id(key);
            if (run.turns.current().name.matches("snapshot|continuous|switchover")) {
                withdraw(server, place, id);
            } else {
                prune(id);
            }
            place.kept.remove(id);
        } else if (key.startsWith("blobs/") && place.has(key)) {
            sweep(server, place, key);
        } else if (key.startsWith("epochs/")) {
            takeBack(server, place, key);
        } else if (key.startsWith("orphans/") && place.has(key)) {
            run.returns.deleted(server, place, key);
        }
    }

    /**
     * Only where the claim met another one in the next filestore, by who wrote it there; or the claim of a primary that
     * goes back, which has not succeeded.
     */
    private void takeBack(String server, Place place, String key) {
        int epoch = Integer.parseInt(key.substring("epochs/".length(), "epochs/".length() + 8));
        if (run.switches.mayTakeBack(server, place, key, epoch)) {
            place.claims.remove(epoch);
            return;
        }
        boolean lost = places.stream()
                .anyMatch(other -> other != place
                        && other.object(key).isPresent()
                        && !Arrays.equals(
                                other.object(key).get(), place.object(key).orElse(null)));
        if (!lost || !place.writer(key).equals(Optional.of(server))) {
            throw Promise.IMMUTABLE.broken(key + " was deleted");
        }
        place.claims.remove(epoch);
    }

    private void withdraw(String server, Place place, String id) {
        Genuine genuine = place.kept.get(id);
        if (genuine == null || !genuine.server().equals(server) || genuine.epoch() >= store.highestEpoch()) {
            throw Promise.RETENTION.broken(server + " withdrew " + id + ", which it had no reason to");
        }
    }

    private void prune(String id) {
        if (store.newest().map(Genuine::id).filter(id::equals).isPresent()) {
            throw Promise.RETENTION.broken("the newest snapshot " + id + " was deleted");
        }
        store.mine().reports.forEach((name, report) -> {
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

    private void sweep(String server, Place place, String key) {
        boolean fencedSince = places.stream()
                .filter(each -> each.highestEpoch() == store.highestEpoch())
                .map(each -> each.claims.lastEntry().getValue())
                .noneMatch(last -> last.server().equals(server));
        fencedSince &= places.stream()
                .filter(each -> each.highestEpoch() == store.highestEpoch())
                .noneMatch(
                        each -> store.mine().saw(each, each.claims.lastEntry().getValue()));
        boolean rewrittenByAnother = !place.writer(key).equals(Optional.of(server))
                && place.isRewrittenSince(key, store.mine().looked.getOrDefault(place.name + key, 0L));
        Optional<Genuine> user = place.kept.values().stream()
                .filter(snapshot -> snapshot.content().blobs().contains(key))
                .filter(snapshot -> knows(server, snapshot))
                .findFirst();
        if (user.isPresent() && !(fencedSince && rewrittenByAnother)) {
            throw Promise.RETENTION.broken(
                    key + " was deleted, which " + user.get().id() + " names");
        }
        user.ifPresent(snapshot -> store.damage(key));
        run.returns.sweeping(place, key);
        Instant modified = place.truth.stat(key).map(ObjectInfo::modified).orElseThrow();
        if (modified.isAfter(run.time.now().minus(GRACE)) && !rewrittenByAnother) {
            throw Promise.RETENTION.broken(key + " was deleted, though it is of " + modified);
        }
    }

    /** A manifest that is damaged, and that this server never had genuine before it, looks like junk. */
    private boolean knows(String server, Genuine snapshot) {
        return !store.damagedKeys().contains("manifests/" + snapshot.id() + ".json")
                || store.hasAcknowledged(server, snapshot.id())
                || run.server(server).genuine().contains(SnapshotId.parse(snapshot.id()));
    }
}

package io.understudy.simulation;

import io.understudy.filestore.Content;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Someone who may write into the filestore and has no key of this repository: objects of every kind, under names that
 * agents use, at any moment. They stay until the end of the run: no agent may need their removal.
 */
final class Junk {
    private static final int FAR = 99_999_999;

    private final Run run;
    private final List<String> removable = new ArrayList<>();
    private int reports;

    Junk(Run run) {
        this.run = run;
    }

    void write() {
        int near = run.store.highestEpoch() + 1 + run.random.nextInt(3);
        boolean far = run.random.nextBoolean();
        int epoch = far ? FAR - run.random.nextInt(2) : near;
        switch (run.random.nextInt(6)) {
            case 0 -> put("epochs/%08d.json".formatted(epoch), claim(epoch), !far);
            case 1 -> {
                SnapshotId id = new SnapshotId(epoch, far ? FAR : 1 + run.random.nextInt(60));
                put(id.key(), anything(), true);
            }
            case 2 -> put("understudy.json", identity(), false);
            case 3 -> put(next().key(), anything(), true);
            case 4 -> put("replicas/stranger-" + reports++ + ".json", report(), true);
            default -> {
                List<String> own = List.of("replicas/a.json", "replicas/b.json", "retention.json");
                put(own.get(run.random.nextInt(own.size())), anything(), true);
            }
        }
    }

    /** The number that the next snapshot would get. */
    private SnapshotId next() {
        String newest = run.store.newest().map(Genuine::id).orElse("00000001-00000000");
        int sequence = Integer.parseInt(newest.substring(9)) + 1 + run.random.nextInt(2);
        return new SnapshotId(Integer.parseInt(newest.substring(0, 8)), sequence);
    }

    private byte[] identity() {
        return switch (run.random.nextInt(4)) {
            case 0 -> identity(new UUID(7, 8), Server.SITE);
            case 1 -> identity(new UUID(7, 7), "another");
            default -> anything();
        };
    }

    private static byte[] identity(UUID repository, String site) {
        return ("{\"format\":2,\"repository\":\"" + repository + "\",\"site\":\"" + site + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void put(String key, byte[] bytes, boolean removed) {
        boolean immutable = key.startsWith("epochs/") || key.startsWith("manifests/");
        if (immutable && run.store.object(key).isPresent()) {
            return;
        }
        run.tell("junk", key, bytes.length + " bytes");
        run.store.damage(key);
        run.truth.put(key, Content.of(bytes));
        if (removed) {
            removable.add(key);
        }
    }

    private byte[] anything() {
        return switch (run.random.nextInt(4)) {
            case 0 -> new byte[0];
            case 1 -> "junk\n".getBytes(StandardCharsets.UTF_8);
            case 2 -> new byte[5 << 20];
            default -> "{\"format\":2}\ned25519 0123456789abcdef AAAA\n".getBytes(StandardCharsets.UTF_8);
        };
    }

    /** Whole claims too: by a stranger's key, and by a trusted one for another repository of this site. */
    private byte[] claim(int epoch) {
        return switch (run.random.nextInt(3)) {
            case 0 -> signed(epoch, new UUID(7, 7), SigningKey.generate());
            case 1 -> signed(epoch, new UUID(7, 8), run.all.get(0).key);
            default -> anything();
        };
    }

    private byte[] signed(int epoch, UUID repository, SigningKey key) {
        InMemoryFilestore elsewhere = new InMemoryFilestore(run.time);
        EpochClaim claim = new EpochClaim(epoch, "stranger", run.time.now(), "junk", "junk");
        // Of an epoch far off it is claimed as the first one, and put under another name.
        EpochClaim possible = epoch > 1_000 ? new EpochClaim(1, "stranger", claim.when(), "junk", "junk") : claim;
        Repository.create(elsewhere, repository, Server.SITE, TrustedKeys.of(), run.time.clock())
                .epochs()
                .claim(possible, key);
        return StoreWatch.object(elsewhere, "epochs/%08d.json".formatted(possible.epoch()))
                .orElseThrow();
    }

    /** It holds some snapshots that exist. */
    private byte[] report() {
        if (run.random.nextInt(3) == 0) {
            return anything();
        }
        List<String> all = run.store.listed();
        String holds = String.join("\",\"", all.subList(0, Math.min(3, all.size())));
        String name = "stranger-" + (reports - 1);
        return ("{\"name\":\"" + name + "\",\"applied\":null,\"proven\":null,\"holds\":["
                        + (holds.isEmpty() ? "" : "\"" + holds + "\"") + "],\"moment\":null,\"when\":\""
                        + run.time.now()
                        + "\",\"agent\":\"junk\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What could be a number that an agent gave is removed by hand, as the messages say. */
    void cleanUp() {
        // A standby that never imported anything does not know the repository: agent-primary init --repair.
        run.truth.put("understudy.json", Content.of(identity(new UUID(7, 7), Server.SITE)));
        for (String key : removable) {
            run.truth.delete(key);
            run.store.removed(key);
        }
        removable.clear();
    }
}

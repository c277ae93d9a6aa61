package io.understudy.replica.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.progress.Progress;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeSiteDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A standby, and a database of it that commands read and write. */
record ShopStandby(World world, FakeSiteDatabase shop) {
    /**
     * A new one.
     *
     * @param folder for its state, in a folder of its own
     */
    static ShopStandby in(Path folder) {
        World world = World.standby();
        FakeSiteDatabase shop = new FakeSiteDatabase("shop");
        shop.live("original");
        shop.around(world.points::around);
        ShopStandby standby = new ShopStandby(world, shop);
        standby.wire(state(folder));
        return standby;
    }

    private static Path state(Path folder) {
        try {
            return Files.createTempDirectory(folder, "state");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another process has other objects, and the same disk. */
    void restarted() {
        wire(((DatabaseExchange) world.liveTrees).state());
    }

    private void wire(Path state) {
        DatabaseExchange exchange = new DatabaseExchange(world.trees, List.of(shop), state, world.time.clock());
        world.liveTrees = exchange;
        world.stage = new DatabaseStager(world.trees, exchange);
    }

    SnapshotId commit(int sequence) {
        SnapshotId snapshot = world.source.commit(1, sequence);
        world.source.other(snapshot, "shop", "shop of " + snapshot);
        return snapshot;
    }

    /** The dump is that of the first. */
    SnapshotId commitUnchanged(int sequence) {
        SnapshotId snapshot = world.source.commit(1, sequence);
        world.source.other(snapshot, "shop", "shop of 00000001-00000001");
        return snapshot;
    }

    void isWholly(String content) {
        assertThat(world.liveDatabase()).isEqualTo(content);
        assertThat(world.trees.live().values()).containsOnly(content);
        assertThat(shop.live()).contains(content.equals("original") ? "original" : "shop of " + content);
    }

    /** As an import does next to the load. */
    void stage(SnapshotId snapshot) {
        FakeSource source = world.source;
        world.stage.prepare(source.manifest(snapshot), source.blobs(), Progress.none());
    }

    /** How often a dump was restored. */
    int restores() {
        return (int) shop.calls().stream().filter("restore"::equals).count();
    }
}

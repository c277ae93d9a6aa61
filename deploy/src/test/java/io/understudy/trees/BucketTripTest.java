package io.understudy.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bucket.PlaceMark;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.exchange.FileHook;
import io.understudy.files.ContentHash;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Filestores;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteObject;
import io.understudy.primary.capture.tree.TreesByKind;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.stage.TreeStager;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the site's bucket over a snapshot to the standby's two, on a real S3 endpoint that checks signatures. */
class BucketTripTest {
    @TempDir
    Path temp;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private S3Server server;
    private Optional<TreeData> last = Optional.empty();
    private int number;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start();
        server.createBucket("site");
        server.createBucket("standby");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void copiesDifferencesIntoTheOtherPlaceAndServesThatAfterAPromotion() throws IOException {
        byte[] large = new byte[5 << 20];
        new Random(3).nextBytes(large);
        put("large/film.mp4", large, "video/mp4");
        put("a b+c/%C3.txt", bytes("one"), "text/plain");
        put("\u00e4\u65e5.css", bytes("two"), "text/css");
        TreeSettings standby = tree(temp.resolve("standby/place"), "s3://standby/a", Optional.of("s3://standby/b"));

        trip(standby);

        assertThat(contents("s3://standby/b")).isEqualTo(contents("s3://site"));
        assertThat(temp.resolve("standby/place/url")).hasContent("s3://standby/b");
        try (SiteBucket place = Filestores.bucket(server.settings("s3://standby/b"))) {
            assertThat(place.head("\u00e4\u65e5.css").orElseThrow().headers())
                    .containsEntry("content-type", "text/css");
        }

        put("a b+c/%C3.txt", bytes("changed"), "text/plain");
        try (SiteBucket site = Filestores.bucket(server.settings("s3://site"))) {
            site.delete("large/film.mp4");
        }
        trip(standby);
        assertThat(contents("s3://standby/a")).isEqualTo(contents("s3://site"));
        assertThat(contents("s3://standby/b")).containsKey("large/film.mp4");
        assertThat(temp.resolve("standby/place/url")).hasContent("s3://standby/a");

        // The standby is promoted: its snapshots are of the place that is live.
        TreeData after = new TreesByKind(temp.resolve("promoted"), Clock.systemUTC(), Filestores::bucket)
                .capture(standby, blobs, Optional.empty(), blobs, Progress.none())
                .tree();
        assertThat(after.bytes()).isGreaterThan(0);
        assertThat(after.entries()).isEqualTo(last.orElseThrow().entries());
    }

    private void trip(TreeSettings standby) {
        TreeSettings primary = tree(temp.resolve("primary/place"), "s3://site", Optional.empty());
        TreeData data = new TreesByKind(temp.resolve("primary"), Clock.systemUTC(), Filestores::bucket)
                .capture(primary, blobs, last, blobs, Progress.none())
                .tree();
        last = Optional.of(data);
        PlanSet plans = new TreeStager(
                        temp.resolve("standby"),
                        List.of(standby),
                        Rewrites.NONE,
                        Clock.systemUTC(),
                        DiskSpace.ofThisMachine(),
                        MountPoints::now)
                .prepare(
                        Manifests.with(Manifests.sample(new SnapshotId(1, ++number)), List.of(data)),
                        blobs,
                        Progress.none());
        TreeSwap swap = new TreeSwap(temp.resolve("standby"), FileHook.none());
        swap.forward(plans, TreeKind.BUCKET);
        swap.settle(plans);
        swap.clear(Optional.of(plans));
    }

    private TreeSettings tree(Path path, String first, Optional<String> second) {
        return new TreeSettings(
                "assets",
                TreeKind.BUCKET,
                path,
                List.of(),
                false,
                false,
                false,
                true,
                Optional.of(new TreeSource.Bucket(server.settings(first), second.map(server::settings))));
    }

    private void put(String key, byte[] content, String type) {
        try (SiteBucket bucket = Filestores.bucket(server.settings("s3://site"))) {
            bucket.put(
                    key,
                    () -> new ByteArrayInputStream(content),
                    content.length,
                    ContentHash.ofContent(content, 0, content.length),
                    Map.of("content-type", type));
        }
    }

    /** Hashes of the contents. */
    private Map<String, String> contents(String url) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (SiteBucket bucket = Filestores.bucket(server.settings(url))) {
            for (SiteObject each : bucket.page(Optional.empty()).objects()) {
                if (!each.key().equals(PlaceMark.KEY)) {
                    try (InputStream in =
                            bucket.open(each.key(), 0, Optional.empty()).content()) {
                        byte[] content = in.readAllBytes();
                        all.put(
                                each.key(),
                                ContentHash.ofContent(content, 0, content.length)
                                        .hex());
                    }
                }
            }
        }
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

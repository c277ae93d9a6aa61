package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.LivePlace;
import io.understudy.bucket.ObjectPath;
import io.understudy.bucket.PlaceMark;
import io.understudy.config.RewriteRule;
import io.understudy.config.RewriteRule.Replacement;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.exchange.FileHook;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.testing.FakeSiteBucket;
import io.understudy.testing.OddKeys;
import io.understudy.testing.S3Server;
import io.understudy.testing.TreeSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BucketStagerTest extends StagedTree {
    private static final Map<String, String> TYPE = Map.of("content-type", "text/plain");

    private final Map<String, FakeSiteBucket> buckets =
            Map.of("s3://one", new FakeSiteBucket("s3://one"), "s3://two/b", new FakeSiteBucket("s3://two/b"));
    private Map<String, String> headers = TYPE;
    private int number;

    @Test
    void writesToTheBucketThatTheSiteDoesNotUseAndAppliesItsName() throws IOException {
        TreeMap<String, String> objects = new TreeMap<>();
        OddKeys.ALL.forEach(key -> objects.put(key, "content of " + key));

        apply(copied(objects));

        assertThat(contents("s3://two/b")).isEqualTo(objects);
        assertThat(bucket("s3://two/b").headers("a/b")).isEqualTo(TYPE);
        assertThat(contents("s3://one")).isEmpty();
        assertThat(written()).isEqualTo("s3://two/b");
        assertThat(live.resolve("bucket")).hasContent("two");
        assertThat(live.resolve("prefix")).hasContent("b/");
    }

    @Test
    void writesOnlyWhatDiffersAndLeavesAloneWhatIsLive() {
        apply(copied(Map.of("a", "1", "b", "1")));
        apply(copied(Map.of("a", "2", "b", "1")));
        assertThat(contents("s3://one")).isEqualTo(Map.of("a", "2", "b", "1"));
        buckets.values().forEach(FakeSiteBucket::written);

        apply(copied(Map.of("a", "3", "b", "1", "c", "1")));

        assertThat(bucket("s3://two/b").written()).containsExactly("put a", "put c");
        assertThat(bucket("s3://one").written()).isEmpty();
        assertThat(contents("s3://one")).isEqualTo(Map.of("a", "2", "b", "1"));

        apply(copied(Map.of("c", "1")));
        assertThat(bucket("s3://one").written()).containsExactly("delete a", "delete b", "put c");
    }

    /** A content type, or how long browsers may keep it, and the site's own. */
    @Test
    void bringsHeadersThatChangedWithoutTheContent() {
        apply(copied(Map.of("a", "1", "b", "1")));
        headers = Map.of("content-type", "text/css", "cache-control", "no-store", "x-amz-meta-author", "me");
        apply(copied(Map.of("a", "1", "b", "1")));
        assertThat(bucket("s3://one").headers("a")).isEqualTo(headers);
        bucket("s3://two/b").written();

        headers = Map.of("content-type", "text/html");
        apply(copied(Map.of("a", "1", "b", "1")));

        assertThat(bucket("s3://two/b").written()).containsExactly("put a", "put b");
        assertThat(bucket("s3://two/b").headers("b")).isEqualTo(headers);
    }

    /** Then a return might serve the objects of a newer import. */
    @Test
    void withoutTheNoteOfThePlaceThereIsNoWayBack() throws IOException {
        apply(copied(Map.of("a", "1")));
        PlanSet plans = apply(copied(Map.of("a", "2")));
        Files.delete(temp.resolve("state/buckets/t.target"));

        assertThat(new TreeSwap(temp.resolve("state"), FileHook.none()).overwritten(plans))
                .contains("t");
    }

    @Test
    void staysWhereItIsWhileNothingChanges() {
        TreeData data = copied(Map.of("a", "1"));
        apply(data);
        buckets.values().forEach(FakeSiteBucket::written);

        apply(data);

        assertThat(buckets.values())
                .allSatisfy(each -> assertThat(each.written()).isEmpty());
        assertThat(written()).isEqualTo("s3://two/b");
    }

    /** What a site in backup mode wrote, or someone deleted, is not in the snapshot. */
    @Test
    void bringsAgainWhatWasChangedInTheBucket() {
        TreeData data = copied(Map.of("a", "1", "b", "1"));
        apply(data);
        bucket("s3://two/b").write("a", "by the site");

        apply(data);

        assertThat(written()).isEqualTo("s3://one");
        assertThat(contents("s3://one")).isEqualTo(Map.of("a", "1", "b", "1"));
    }

    @Test
    void anImportThatIsUndoneGoesBackToTheBucketBefore() {
        apply(copied(Map.of("a", "1")));
        PlanSet plans = stager().prepare(manifest(copied(Map.of("a", "2"))), blobs, Progress.none());
        TreeSwap swap = new TreeSwap(temp.resolve("state"), FileHook.none());
        swap.forward(plans, TreeKind.BUCKET);
        assertThat(written()).isEqualTo("s3://one");

        swap.back(plans, TreeKind.BUCKET);

        assertThat(written()).isEqualTo("s3://two/b");
        assertThat(contents("s3://two/b")).isEqualTo(Map.of("a", "1"));
    }

    /** Whether the newer import was completed, was staged ahead, or failed at its first object. */
    @Test
    void noticesThatTheObjectsBeforeAreOverwritten() {
        apply(copied(Map.of("a", "1")));
        PlanSet plans = apply(copied(Map.of("a", "2")));
        TreeSwap swap = new TreeSwap(temp.resolve("state"), FileHook.none());
        assertThat(swap.overwritten(plans)).isEmpty();
        bucket("s3://two/b").before(operation -> {
            if (operation.startsWith("put") || operation.startsWith("delete")) {
                throw new UnderstudyException(ErrorCode.FILESTORE_DENIED, "denied", "a test");
            }
        });

        assertThatThrownBy(() -> apply(copied(Map.of("a", "3")))).hasMessage("denied");

        assertThat(swap.canGoBack(plans)).isTrue();
        assertThat(swap.overwritten(plans)).contains("t");
        bucket("s3://two/b").before(operation -> {});
        assertThat(swap.overwritten(apply(copied(Map.of("a", "3"))))).isEmpty();
    }

    @Test
    void goesOnAfterAFailureWithWhatIsMissing() {
        bucket("s3://two/b").before(operation -> {
            if (operation.equals("put z")) {
                throw new UnderstudyException(ErrorCode.FILESTORE_DENIED, "denied", "a test");
            }
        });
        TreeData data = copied(Map.of("a", "1", "z", "1"));
        assertThatThrownBy(() -> apply(data)).hasMessage("denied");
        assertThat(live.resolve("url")).doesNotExist();
        bucket("s3://two/b").before(operation -> {});

        apply(data);

        assertThat(contents("s3://two/b")).isEqualTo(Map.of("a", "1", "z", "1"));
    }

    @Test
    void takesNoBucketWithForeignObjects() {
        bucket("s3://two/b").write("foreign", "content");
        TreeData data = copied(Map.of("a", "1"));

        fails(ErrorCode.CONFIG_INVALID, () -> apply(data));

        assertThat(contents("s3://two/b")).isEqualTo(Map.of("foreign", "content"));
        bucket("s3://two/b").write(PlaceMark.KEY, "");
        apply(data);
        assertThat(contents("s3://two/b")).isEqualTo(Map.of("a", "1"));
    }

    /** Its import would delete what the other one serves. */
    @Test
    void takesNoPlaceOfAnotherStandbyOrTree() {
        TreeData data = copied(Map.of("a", "1"));
        apply(data);
        FakeSiteBucket place = bucket("s3://two/b");
        String own = place.text(PlaceMark.KEY);
        assertThat(own).contains("owner: tree t of standby ");
        for (String other : List.of(own.replace("tree t", "tree u"), own.replaceAll("standby .", "standby x"))) {
            apply(copied(Map.of("a", "2")));
            place.write(PlaceMark.KEY, other);

            fails(ErrorCode.CONFIG_INVALID, () -> apply(copied(Map.of("a", "3"))));

            assertThat(contents("s3://two/b")).isEqualTo(Map.of("a", "1"));
            place.write(PlaceMark.KEY, "");
            apply(data);
            assertThat(place.text(PlaceMark.KEY)).isEqualTo(own);
        }
    }

    @Test
    void neverWritesToTheBucketThatTheSnapshotWasTakenOf() {
        bucket("s3://two/b").write(PlaceMark.KEY, "");
        TreeData data = tree(TreeKind.BUCKET, Map.of("a", "1"), "s3://two/b");

        fails(ErrorCode.CONFIG_INVALID, () -> apply(data));

        assertThat(bucket("s3://two/b").written()).isEmpty();
    }

    @Test
    void needsASecondBucket() {
        TreeSettings one = new TreeSettings(
                "t",
                TreeKind.BUCKET,
                live,
                List.of(),
                false,
                false,
                false,
                true,
                Optional.of(new TreeSource.Bucket(place("s3://one"), Optional.empty())));

        assertThatThrownBy(() -> stager(List.of(one), Rewrites.NONE)
                        .prepare(manifest(copied(Map.of("a", "1"))), blobs, Progress.none()))
                .hasMessageContaining("trees[].bucket.second");
    }

    @Test
    void rewritesTheBucketsNameInTheConfiguration() throws IOException {
        Files.writeString(source.resolve("site.conf"), "assets = site-bucket\n");
        Path config = Files.createDirectory(temp.resolve("config"));
        TreeData files = TreeSnapshots.take("config", TreeKind.CONFIG, source, blobs);
        TreeSettings settings = new TreeSettings("config", TreeKind.CONFIG, config, List.of(), false, true, true);
        Rewrites rules = Rewrites.of(List.of(new RewriteRule(
                1,
                "config",
                Optional.of("*.conf"),
                List.of(new Replacement("site-bucket", "${bucket.t.name}/${bucket.t.prefix}")),
                Optional.empty())));
        Manifest manifest = io.understudy.repository.Manifests.with(
                io.understudy.repository.Manifests.sample(ID), List.of(files, copied(Map.of("a", "1"))));

        PlanSet plans =
                stager(List.of(settings, tree(TreeKind.BUCKET)), rules).prepare(manifest, blobs, Progress.none());
        new TreeSwap(temp.resolve("state"), FileHook.none()).forward(plans, TreeKind.CONFIG);

        assertThat(config.resolve("site.conf")).hasContent("assets = two/b/\n");
    }

    @Test
    void comparesWhatIsOnlyRecordedAndWritesNothing() {
        bucket("s3://one").write("a", "1");
        bucket("s3://one").write("b", "longer");
        TreeData data = tree(TreeKind.INVENTORY, Map.of("a", "1", "b", "1", "c", "1"), "s3://site");
        TreeStager stager = stager(List.of(tree(TreeKind.INVENTORY)), Rewrites.NONE);

        PlanSet plans = stager.prepare(manifest(data), blobs, Progress.none());

        assertThat(plans.trees()).isEmpty();
        assertThat(stager.rewritten().recorded())
                .containsExactly("tree t: 1 of 3 recorded objects are missing in s3://one, 1 have another size");
        assertThat(bucket("s3://one").written()).isEmpty();
        assertThat(stager.lacking(manifest(data), blobs)).isEmpty();
    }

    @Test
    void reportsThatWhereTheObjectsAreIsGone() throws IOException {
        TreeData data = copied(Map.of("a", "1"));
        apply(data);
        assertThat(stager().lacking(manifest(data), blobs)).isEmpty();

        Files.delete(live.resolve("url"));

        assertThat(stager().lacking(manifest(data), blobs)).containsExactly("t/url");
    }

    @Override
    TreeStager stager() {
        return stager(List.of(tree(TreeKind.BUCKET)), Rewrites.NONE);
    }

    private TreeStager stager(List<TreeSettings> trees, Rewrites rewrites) {
        return new TreeStager(
                temp.resolve("state"),
                trees,
                rewrites,
                Clock.systemUTC(),
                DiskSpace.ofThisMachine(),
                MountPoints::now,
                place -> bucket(place.url().toString()));
    }

    private PlanSet apply(TreeData data) {
        PlanSet plans = stager().prepare(manifest(data, new SnapshotId(1, ++number)), blobs, Progress.none());
        TreeSwap swap = new TreeSwap(temp.resolve("state"), FileHook.none());
        swap.forward(plans, TreeKind.BUCKET);
        swap.settle(plans);
        swap.clear(Optional.of(plans));
        return plans;
    }

    private String written() {
        return LivePlace.written(tree(TreeKind.BUCKET)).orElseThrow().url().toString();
    }

    private TreeSettings tree(TreeKind kind) {
        return new TreeSettings(
                "t",
                kind,
                live,
                List.of(),
                false,
                false,
                false,
                true,
                Optional.of(new TreeSource.Bucket(place("s3://one"), Optional.of(place("s3://two/b")))));
    }

    private static FilestoreSettings place(String url) {
        return S3Server.settings(URI.create(url), URI.create("http://127.0.0.1:1"), "key", "secret");
    }

    private FakeSiteBucket bucket(String url) {
        return buckets.get(url);
    }

    /** Without Understudy's own mark. */
    private Map<String, String> contents(String url) {
        Map<String, String> all = bucket(url).contents();
        all.remove(PlaceMark.KEY);
        return all;
    }

    private TreeData copied(Map<String, String> objects) {
        return tree(TreeKind.BUCKET, objects, "s3://site");
    }

    /** As a primary writes it. */
    private TreeData tree(TreeKind kind, Map<String, String> objects, String from) {
        TreeMap<SafePath, String> keys = new TreeMap<>();
        objects.keySet().forEach(key -> keys.put(ObjectPath.of(key), key));
        TreeMap<SafePath, IndexEntry> entries = new TreeMap<>();
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try {
            Inventory.write(new Inventory.Where(from, "http://127.0.0.1:1"), lines);
            for (Map.Entry<SafePath, String> each : keys.entrySet()) {
                byte[] content = objects.get(each.getValue()).getBytes(StandardCharsets.UTF_8);
                boolean copied = kind == TreeKind.BUCKET;
                ContentHash hash = ContentHash.ofContent(content, 0, content.length);
                Inventory.write(
                        new Line(
                                each.getValue(),
                                content.length,
                                "e",
                                "2026-11-20T10:00:00Z",
                                null,
                                copied ? hash.hex() : null,
                                copied ? headers : null),
                        lines);
                SafePath next = keys.higherKey(each.getKey());
                boolean within = next != null && next.isBeneath(each.getKey());
                if (copied) {
                    add(within ? ObjectPath.within(each.getKey()) : each.getKey(), content, entries);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        add(Inventory.PATH, lines.toByteArray(), entries);
        entries.put(SafePath.ROOT, root());
        return TreeSnapshots.index("t", kind, new ArrayList<>(entries.values()), blobs);
    }

    private void add(SafePath path, byte[] content, Map<SafePath, IndexEntry> entries) {
        TreeEntry.File file =
                new TreeEntry.File(path, ATTRIBUTES, content.length, ContentHash.ofContent(content, 0, content.length));
        entries.put(path, IndexEntry.of(file, TreeSnapshots.store(file, content, blobs)));
        for (SafePath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            entries.put(parent, IndexEntry.of(new TreeEntry.Folder(parent, ATTRIBUTES)));
        }
    }
}

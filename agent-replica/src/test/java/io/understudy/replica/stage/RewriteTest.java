package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.MaintenanceFile;
import io.understudy.config.RewriteRule;
import io.understudy.config.RewriteRule.Replacement;
import io.understudy.config.RowChanges;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.StandbyChanges;
import io.understudy.exchange.FileHook;
import io.understudy.exchange.Plan;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.rewrite.FileDiff;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.rewrite.RewrittenFile;
import io.understudy.replica.stage.RewritePreview.Preview;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.Pack;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a standby makes otherwise in its copies of files. */
class RewriteTest extends StagedTree {
    private Path overlay;
    private int snapshots;

    @BeforeEach
    void fill() throws IOException {
        overlay = Files.createDirectory(temp.resolve("overlay"));
        Files.createDirectory(source.resolve("sub"));
        Files.writeString(source.resolve("site.conf"), "host=primary\nlisten=80\nhost2=primary\n");
        Files.writeString(source.resolve("sub/other.conf"), "nothing of it\n");
        Files.write(source.resolve("logo.png"), new byte[] {'P', 0, 1});
    }

    @Test
    void replacesTextsOfTheFilesThatARuleNames() throws IOException {
        TreeStager stager = importing(replace(1, "**.conf", "primary", "standby"));

        assertThat(Files.readString(live.resolve("site.conf"))).isEqualTo("host=standby\nlisten=80\nhost2=standby\n");
        assertThat(Files.readString(live.resolve("sub/other.conf"))).isEqualTo("nothing of it\n");
        assertThat(live.resolve("logo.png")).hasSameBinaryContentAs(source.resolve("logo.png"));
        assertThat(stager.rewritten())
                .isEqualTo(new RewriteReport(
                        List.of(new RewrittenFile("t", "site.conf", List.of(1))), List.of(), List.of()));
    }

    @Test
    void theSameRulesAndContentChangeNothingWithTheNextImport() throws IOException {
        RewriteRule rule = replace(1, "*.conf", "primary", "standby");
        importing(rule);
        Object before = Files.readAttributes(live.resolve("site.conf"), "unix:ino,ctime");

        TreeStager stager = stager(rule);
        stager.prepare(manifest(take(), next()), blobs, Progress.none());

        assertThat(changes()).isEmpty();
        assertThat(Files.readAttributes(live.resolve("site.conf"), "unix:ino,ctime"))
                .isEqualTo(before);
        assertThat(stager.rewritten().files()).hasSize(1);
    }

    @Test
    void otherRulesChangeTheFilesWithTheNextImport() throws IOException {
        importing(replace(1, "*.conf", "primary", "standby"));

        importing(replace(1, "*.conf", "primary", "another"));
        assertThat(Files.readString(live.resolve("site.conf"))).startsWith("host=another\n");

        importing();
        assertThat(live.resolve("site.conf")).hasSameTextualContentAs(source.resolve("site.conf"));
    }

    @Test
    void aReturnBringsBackWhatWasRewrittenBefore() throws IOException {
        importing(replace(1, "*.conf", "primary", "standby"));
        TreeStager stager = stager(replace(1, "*.conf", "primary", "another"));
        PlanSet plans = stager.prepare(manifest(take(), next()), blobs, Progress.none());
        TreeSwap swap = new TreeSwap(temp.resolve("state"), FileHook.none());
        swap.forward(plans, TreeKind.FILES);
        swap.back(plans, TreeKind.FILES);

        assertThat(Files.readString(live.resolve("site.conf"))).startsWith("host=standby\n");
    }

    @Test
    void rulesReadWhatTheOnesBeforeThemMade() throws IOException {
        TreeStager stager = importing(replace(1, "*.conf", "primary", "standby"), replace(2, "*.conf", "standby", "x"));

        assertThat(Files.readString(live.resolve("site.conf"))).isEqualTo("host=x\nlisten=80\nhost2=x\n");
        assertThat(stager.rewritten().files()).containsExactly(new RewrittenFile("t", "site.conf", List.of(1, 2)));
    }

    @Test
    void aFileInBlobsOfItsOwnIsRewrittenTooAndOneMayBecomeEmpty() throws IOException {
        String line = "primary and so on\n";
        Files.writeString(source.resolve("large.conf"), line.repeat(Pack.SMALL / line.length() + 5));
        Files.writeString(source.resolve("only.conf"), "primary");

        importing(replace(1, "{large,only}.conf", "primary", ""));

        assertThat(Files.readString(live.resolve("large.conf")))
                .isEqualTo(" and so on\n".repeat(Pack.SMALL / line.length() + 5));
        assertThat(live.resolve("only.conf")).isEmptyFile();
    }

    @Test
    void refusesABinaryFileAndNamesItAndTheRuleAndChangesNothing() throws IOException {
        refused(replace(3, "logo.png", "P", "Q"), "cannot rewrite \"logo.png\" by rewrite rule 3 (t, logo.png)");
        Files.write(source.resolve("latin.conf"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        refused(replace(1, "**.conf", "a", "b"), "\"latin.conf\"");

        assertThat(live.resolve("site.conf")).doesNotExist();
    }

    @Test
    void refusesAFileThatIsTooLongForAText() throws IOException {
        byte[] content = new byte[(16 << 20) + 1];
        Arrays.fill(content, (byte) 'a');
        Files.write(source.resolve("huge.conf"), content);

        refused(replace(1, "huge.conf", "x", "y"), "longer than 16 MiB");
    }

    @Test
    void whatIsInAnOverlayFolderWins() throws IOException {
        Files.createDirectory(overlay.resolve("sub"));
        Files.writeString(overlay.resolve("site.conf"), "host=primary, of the overlay\n");
        Files.writeString(overlay.resolve("sub/added.conf"), "new\n");
        Files.setPosixFilePermissions(overlay.resolve("site.conf"), PosixFilePermissions.fromString("rw-r-----"));

        TreeStager stager = importing(laid(1), replace(2, "**.conf", "primary", "standby"));

        assertThat(Files.readString(live.resolve("site.conf"))).isEqualTo("host=primary, of the overlay\n");
        assertThat(Files.readString(live.resolve("sub/added.conf"))).isEqualTo("new\n");
        assertThat(live.resolve("sub/other.conf")).exists();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(live.resolve("site.conf"))))
                .isEqualTo("rw-r-----");
        assertThat(stager.rewritten().files())
                .containsExactly(
                        new RewrittenFile("t", "site.conf", List.of(2, 1)),
                        new RewrittenFile("t", "sub/added.conf", List.of(1)));

        Files.delete(overlay.resolve("sub/added.conf"));
        importing(laid(1));
        assertThat(live.resolve("sub/added.conf")).doesNotExist();
    }

    @Test
    void aFileOfAnOverlayThatIsGoneIsMissed() throws IOException {
        Files.writeString(overlay.resolve("added.conf"), "new\n");
        importing(laid(1));
        TreeData data = take();
        assertThat(stager(laid(1)).lacking(manifest(data), blobs)).isEmpty();
        Files.delete(live.resolve("added.conf"));

        assertThat(stager(laid(1)).lacking(manifest(data), blobs)).containsExactly("t/added.conf");
        Files.delete(overlay.resolve("added.conf"));
        Files.delete(overlay);
        assertThat(stager(laid(1)).lacking(manifest(data), blobs)).isEmpty();
    }

    @Test
    void refusesAnOverlayThatIsNotThereOrWouldReplaceAFolder() throws IOException {
        Files.writeString(overlay.resolve("sub"), "a file");
        refused(laid(1), "cannot lay \"sub\" over the tree by rewrite rule 1");
        Files.delete(overlay.resolve("sub"));
        Files.delete(overlay);
        fails(ErrorCode.CONFIG_INVALID, () -> stager(laid(1)).prepare(manifest(take()), blobs, Progress.none()));
    }

    @Test
    void saysWhatHasNoEffect() throws IOException {
        TreeStager stager =
                importing(replace(1, "missing/*.conf", "a", "b"), replace(2, "*.conf", "not there", "b"), laid(3));

        assertThat(stager.rewritten().unmatched())
                .containsExactly(
                        "rewrite rule 1 (t, missing/*.conf) matches no file",
                        "rewrite rule 2 (t, *.conf): \"not there\" is in none of its files (1)",
                        "rewrite rule 3 (t, " + overlay + ") brings no file");
    }

    @Test
    void theFileOfAMaintenanceModeIsLeftOut() throws IOException {
        StandbyChanges changes = new StandbyChanges(
                List.of(), RowChanges.NONE, Optional.of(new MaintenanceFile("t", "sub/MAINTENANCE")));
        TreeStager stager = new TreeStager(
                temp.resolve("state"),
                settings(TreeKind.FILES),
                Rewrites.of(changes),
                Clock.systemUTC(),
                DiskSpace.ofThisMachine(),
                MountPoints::now);
        RewritePreview preview = new RewritePreview(settings(TreeKind.FILES), Rewrites.of(changes));
        stager.prepare(manifest(take(), next()), blobs, Progress.none());
        assertThat(stager.rewritten().maintenance()).isEmpty();
        assertThat(preview.of(manifest(take()), blobs).report().maintenance()).isEmpty();
        Files.writeString(source.resolve("sub/MAINTENANCE"), "on");

        PlanSet plans = stager.prepare(manifest(take(), next()), blobs, Progress.none());
        new TreeSwap(temp.resolve("state"), FileHook.none()).forward(plans, TreeKind.FILES);

        assertThat(stager.rewritten().maintenance()).contains("t/sub/MAINTENANCE");
        assertThat(preview.of(manifest(take()), blobs).report()).isEqualTo(stager.rewritten());
        assertThat(live.resolve("sub/MAINTENANCE")).doesNotExist();
        assertThat(live.resolve("sub/other.conf")).exists();
        assertThat(stager.lacking(manifest(take()), blobs)).isEmpty();
    }

    @Test
    void aTreeThatIsNeverAppliedStaysAsItIs() throws IOException {
        Files.writeString(live.resolve("own"), "of this server");
        TreeSettings tree =
                new TreeSettings("t", TreeKind.FILES, live, List.of(), false, false, false, false, Optional.empty());
        TreeStager stager = Stages.in(temp.resolve("state"), List.of(tree), Clock.systemUTC());

        PlanSet plans = stager.prepare(manifest(take()), blobs, Progress.none());

        assertThat(plans.trees()).isEmpty();
        assertThat(stager.rewritten().left()).containsExactly("t");
        assertThat(stager.lacking(manifest(take()), blobs)).isEmpty();
        try (Stream<Path> files = Files.list(live)) {
            assertThat(files).containsExactly(live.resolve("own"));
        }
    }

    @Test
    void aPreviewShowsTheDifferenceOfEachFile() throws IOException {
        Files.writeString(overlay.resolve("added.conf"), "new\n");
        Files.write(overlay.resolve("logo.png"), new byte[] {0, 1});
        Preview preview = preview(TreeKind.CONFIG, replace(1, "site.conf", "primary", "standby"), laid(2));

        assertThat(preview.files().stream().map(FileDiff::text))
                .containsExactlyInAnyOrder(
                        "--- a/t/site.conf\n+++ b/t/site.conf\n@@ -1,3 +1,3 @@\n-host=primary\n+host=standby\n listen=80\n"
                                + "-host2=primary\n+host2=standby",
                        "--- /dev/null\n+++ b/t/added.conf\n@@ -0,0 +1 @@\n+new",
                        "--- a/t/logo.png\n+++ b/t/logo.png\nthe content is not shown");
        assertThat(live).isEmptyDirectory();
    }

    @Test
    void aPreviewShowsNothingOfSecrets() throws IOException {
        Preview preview = preview(
                TreeKind.SECRETS, replace(1, "site.conf", "primary", "standby"), replace(2, "*.conf", "hush", ""));

        assertThat(preview.files()).extracting(FileDiff::diff).containsExactly(Optional.empty());
        assertThat(preview.report().unmatched())
                .containsExactly("rewrite rule 2 (t, *.conf): text 1 is in none of its files (1)");
    }

    private Preview preview(TreeKind kind, RewriteRule... rules) throws IOException {
        TreeData data = TreeSnapshots.take("t", kind, source, blobs);
        return new RewritePreview(settings(kind), Rewrites.of(List.of(rules))).of(manifest(data), blobs);
    }

    private RewriteRule laid(int number) {
        return new RewriteRule(number, "t", Optional.empty(), List.of(), Optional.of(overlay));
    }

    private static RewriteRule replace(int number, String path, String from, String to) {
        return new RewriteRule(number, "t", Optional.of(path), List.of(new Replacement(from, to)), Optional.empty());
    }

    private SnapshotId next() {
        return new SnapshotId(1, ++snapshots);
    }

    private TreeStager stager(RewriteRule... rules) {
        return new TreeStager(
                temp.resolve("state"),
                settings(TreeKind.FILES),
                Rewrites.of(List.of(rules)),
                Clock.systemUTC(),
                DiskSpace.ofThisMachine(),
                MountPoints::now);
    }

    /** A whole import of what the source holds. */
    private TreeStager importing(RewriteRule... rules) throws IOException {
        TreeStager stager = stager(rules);
        PlanSet plans = stager.prepare(manifest(take(), next()), blobs, Progress.none());
        new TreeSwap(temp.resolve("state"), FileHook.none()).forward(plans, TreeKind.FILES);
        return stager;
    }

    private void refused(RewriteRule rule, String text) {
        assertThatThrownBy(() -> stager(rule).prepare(manifest(take(), next()), blobs, Progress.none()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FILE_UNSUPPORTED);
                    assertThat(e).hasMessageContaining(text);
                });
    }

    /** Of the newest plan. */
    private List<String> changes() throws IOException {
        try (Stream<Path> found = Files.walk(temp.resolve("state"));
                Plan plan = Plan.open(found.filter(each -> each.toString().endsWith("t.plan"))
                        .max((a, b) -> a.toString().compareTo(b.toString()))
                        .orElseThrow())) {
            List<String> changes = new ArrayList<>();
            IntStream.range(0, plan.size())
                    .mapToObj(plan::change)
                    .forEach(change -> changes.add(change.getClass().getSimpleName() + " " + change.path()));
            assertThat(plan.header().staged(TreeRoot.of(live))).exists();
            return changes;
        }
    }
}

package io.understudy.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.audit.AuditLog;
import io.understudy.browse.BrowsedSite;
import io.understudy.browse.SnapshotProgram;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.files.ProcessLock;
import io.understudy.files.TreeKind;
import io.understudy.restore.FilesOptions;
import io.understudy.testing.TreePrint;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A site with a snapshot of three trees, whose live files are otherwise by now. */
abstract class PartsSite {
    @TempDir
    Path folder;

    BrowsedSite site;
    Path files;
    Path config;
    List<String> before;
    List<String> configBefore;

    /** As a primary has it. */
    @Command(name = "restore")
    static final class RestoreCommand implements Callable<Integer> {
        @ParentCommand
        private SnapshotProgram cli;

        @Parameters(arity = "0..1")
        private String id;

        @Mixin
        private FilesOptions files;

        @Mixin
        private PartsOptions parts;

        @Option(names = "--to")
        private String to;

        @Override
        public Integer call() {
            Path state = cli.settings().state();
            LiveSite site = new LiveSite(
                    PartsSite.parts(state, cli.settings().trees(), FileHook.none()),
                    () -> ProcessLock.tryAcquire(state.resolve("lock")).orElseThrow(),
                    Optional::empty,
                    new AuditLog(state, "agent-test", Clock.systemUTC(), Ticker.system(), Events.none()));
            if (parts.undo()) {
                parts.undo(cli, site);
                return 0;
            }
            assertThat(to).isEqualTo("live");
            cli.reading(cli.settings(), reader -> {
                parts.restore(cli, PartsOptions.require(id), files, "", site, reader);
                return null;
            });
            return 0;
        }
    }

    /** The clock is far enough ahead that no file counts as just changed. */
    static LiveParts parts(Path state, List<TreeSettings> trees, FileHook hook) {
        PartsDisk disk = new PartsDisk(
                hook,
                DiskSpace.ofThisMachine(),
                MountPoints::now,
                Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));
        return new LiveParts(state, trees, TreeTaking.plain(), disk, Ticker.system());
    }

    @BeforeEach
    void build() throws IOException {
        site = new BrowsedSite(folder.resolve("site"), List.of(RestoreCommand.class));
        files = site.tree(TreeKind.FILES);
        config = site.tree(TreeKind.CONFIG);
        write(files.resolve("2026/one.jpg"), "one");
        write(files.resolve("2026/two.txt"), "two");
        write(files.resolve("2026/deep/three.jpg"), "three");
        write(files.resolve("old/four.jpg"), "four");
        Files.createSymbolicLink(files.resolve("2026/link"), Path.of("one.jpg"));
        write(config.resolve("site.conf"), "mode = primary\n");
        site.take();
        write(files.resolve("2026/one.jpg"), "changed");
        Files.delete(files.resolve("2026/deep/three.jpg"));
        Files.delete(files.resolve("2026/link"));
        write(files.resolve("2026/new.jpg"), "new");
        write(files.resolve("old/four.jpg"), "other");
        write(files.resolve("since/five.jpg"), "five");
        write(config.resolve("site.conf"), "mode = broken\n");
        before = TreePrint.of(files);
        configBefore = TreePrint.of(config);
    }

    static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    int restore(String... more) {
        String[] all = new String[more.length + 4];
        System.arraycopy(new String[] {"restore", "latest", "--to", "live"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        return site.run(all);
    }
}

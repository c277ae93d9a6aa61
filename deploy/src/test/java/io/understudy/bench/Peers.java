package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The programs that Understudy is measured against, as an operator's script would call them. */
final class Peers {
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Path home;
    private final Path site;
    private final PostgresServer source;
    private final PostgresServer target;

    /** @param home a folder of their own */
    Peers(Path home, Testbed stand) {
        this.home = Folders.create(home);
        this.site = stand.primary().layout().home().resolve("site");
        this.source = stand.primary().database();
        this.target = stand.standby().database();
    }

    /** pg_dump (which forces its files to disk by itself), then tar and zstd. */
    void dump() {
        run("\"$bin/pg_dump\" -h 127.0.0.1 -p $source -U postgres -Fd -j2 -Z1 -f \"$home/dump\" site");
        run("tar -C \"$site\" -cf - . | zstd -q -1 -o \"$home/site.tar.zst\" && sync \"$home/site.tar.zst\"");
    }

    void forgetDump() {
        run("rm -rf \"$home/dump\" \"$home/site.tar.zst\"");
    }

    void restore() {
        run("\"$bin/pg_restore\" -h 127.0.0.1 -p $target -U postgres -d peer -j2 \"$home/dump\"");
        run("zstd -dc \"$home/site.tar.zst\" | tar -C \"$home/restored\" -xf - && sync -f \"$home/restored\"");
    }

    void prepareRestore() {
        forgetRestored();
        target.execute("postgres", "CREATE DATABASE peer OWNER site");
        Folders.create(home.resolve("restored"));
    }

    void forgetRestored() {
        target.execute("postgres", "DROP DATABASE IF EXISTS peer WITH (FORCE)");
        run("rm -rf \"$home/restored\"");
    }

    void newResticRepository() {
        run("rm -rf \"$home/restic\" \"$home/restic.cache\" && restic init -q");
    }

    /** As restic's manual has it: a dump that is neither compressed nor encrypted by standard input, then the files. */
    void restic() {
        run("\"$bin/pg_dump\" -h 127.0.0.1 -p $source -U postgres -Fc -Z0 site"
                + " | restic backup -q --stdin --stdin-filename site.dump");
        run("cd \"$site\" && restic backup -q .");
    }

    long resticBytes() {
        return Testbed.bytes(home.resolve("restic"));
    }

    private void run(String script) {
        Program.of("bash", "-c", "set -euo pipefail; " + script)
                .with(Map.of(
                        "bin", source.tools().toString(),
                        "home", home.toString(),
                        "site", site.toString(),
                        "source", Integer.toString(source.port()),
                        "target", Integer.toString(target.port()),
                        "RESTIC_REPOSITORY", home.resolve("restic").toString(),
                        "RESTIC_PASSWORD", "measured",
                        "RESTIC_CACHE_DIR", home.resolve("restic.cache").toString()))
                .run(LIMIT)
                .successful();
    }
}

package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.OrderlyEnd;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures Understudy against named peers: {@code deploy/bench}. The table goes to standard output, the progress to
 * standard error.
 */
public final class Bench {
    private final Options options;
    private final Path home;
    private final OrderlyEnd end;
    private final PrintStream progress = System.err;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> about = new ArrayList<>();

    private Bench(Options options, Path home, OrderlyEnd end) {
        this.options = options;
        this.home = home;
        this.end = end;
    }

    public static void main(String[] arguments) throws IOException {
        if (List.of(arguments).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(Path.of(System.getProperty("understudy.bench.readme")), arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(run(options));
    }

    /** @return the exit code: 0 when all was measured and every bar holds, 1 otherwise */
    private static int run(Options options) throws IOException {
        try (OrderlyEnd end = new OrderlyEnd()) {
            Path home = Files.createTempDirectory(
                    "understudy-bench",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            try {
                return new Bench(options, home, end).printed();
            } catch (RuntimeException | AssertionError e) {
                if (!end.demanded()) {
                    throw e;
                }
                System.err.println("bench: interrupted");
                return 1;
            } finally {
                end.clearing();
                clear(home, options.keep());
            }
        }
    }

    private static void clear(Path home, boolean keep) {
        if (keep) {
            System.err.println("kept: " + home);
        } else {
            Folders.delete(home);
        }
    }

    private int printed() throws IOException {
        Table table = measure();
        System.out.println("\n" + table.text());
        if (options.readme().isPresent()) {
            table.write(options.readme().get());
        }
        return table.holds() ? 0 : 1;
    }

    private Table measure() throws IOException {
        if (options.recordings().isPresent()) {
            Folders.create(options.recordings().get());
        }
        about.add(Machine.described(Clock.systemUTC()));
        if (options.contests().contains(Benchmark.SNAPSHOTS)
                || options.contests().contains(Benchmark.CHANGED)
                || options.contests().contains(Benchmark.IMPORT)
                || options.contests().contains(Benchmark.DIFFERENCES)) {
            try (Testbed stand = stand("copy", options.recordings())) {
                copy(stand);
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.TRACKED)) {
            say("a site whose changes are tracked");
            try (Testbed stand = stand("tracked", options.recordings())) {
                stand.withoutSite();
                GeneratedSite site = new GeneratedSite(stand.primary(), options.megabytes(), MediaFiles.Mix.USUAL);
                site.generate();
                findings.addAll(new TrackedContest(stand, site, options.runs(), progress).follow());
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.SMALL)) {
            try (Testbed stand = stand("small", options.recordings())) {
                findings.addAll(contests(stand, MediaFiles.Mix.PICTURES)
                        .full(" of a site with small files alone, none of which compresses,"));
                findings.addAll(stand.footprints(" with these"));
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.FOLLOW)) {
            say("the demo's site: following");
            try (Testbed stand = stand("follow", Optional.empty())) {
                findings.addAll(new FollowContest(stand, options.runs(), progress).follow());
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.HOST)) {
            say("a site under load: snapshots one after the other");
            try (Testbed stand = stand("host", Optional.empty())) {
                stand.withoutSite();
                new GeneratedSite(stand.primary(), options.megabytes(), MediaFiles.Mix.USUAL).generate();
                PgBench load = new PgBench(stand.primary().database(), home.resolve("pgbench"));
                findings.addAll(new HostContest(stand, load, options.runs(), progress).disturb());
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.LARGE)) {
            say("a table of " + options.gigabytes() + " GB and a file of 4 GB");
            try (Testbed stand = stand("large", options.recordings())) {
                stand.withoutSite();
                findings.addAll(new LargeContest(stand, options.gigabytes(), progress).hold());
                end.clearing();
            }
        }
        if (options.contests().contains(Benchmark.MANY)) {
            say(options.files() + " small files");
            try (Testbed stand = stand("many", options.recordings())) {
                stand.withoutSite();
                findings.addAll(new ManyContest(stand, options.files(), progress).hold());
                end.clearing();
            }
        }
        return new Table(about, findings);
    }

    private Testbed stand(String name, Optional<Path> recordings) {
        end.working();
        Testbed stand = Testbed.install(home.resolve(name), recordings);
        end.unblockedBy(stand::endSessions);
        return stand;
    }

    private CopyContests contests(Testbed stand, MediaFiles.Mix mix) {
        stand.withoutSite();
        say("generating a site with " + options.megabytes() + " MB of database and of media");
        GeneratedSite site = new GeneratedSite(stand.primary(), options.megabytes(), mix);
        site.generate();
        String size = "%s of database, %d files with %d MB; median of %d (least–most)."
                .formatted(
                        site.size(),
                        site.files(),
                        Testbed.bytes(stand.primary().layout().media()) / 1_000_000,
                        options.runs());
        say(size);
        about.add((mix == MediaFiles.Mix.USUAL ? "The site: " : "The site of small files: ") + size);
        Peers peers = new Peers(home.resolve("peers-" + mix), stand);
        return new CopyContests(stand, site, peers, options.runs(), progress);
    }

    private void copy(Testbed stand) {
        about.add(Machine.programs(
                stand.primary().database().tools(), options.contests().contains(Benchmark.CHANGED)));
        CopyContests contests = contests(stand, MediaFiles.Mix.USUAL);
        if (options.contests().contains(Benchmark.SNAPSHOTS)) {
            findings.addAll(contests.snapshots());
        }
        if (options.contests().contains(Benchmark.IMPORT)) {
            contests.prepareImport();
            findings.add(contests.imports());
        }
        if (options.contests().contains(Benchmark.CHANGED)) {
            findings.addAll(contests.changed());
        }
        if (options.contests().contains(Benchmark.DIFFERENCES)) {
            findings.addAll(contests.differences());
        }
        findings.addAll(stand.footprints(""));
    }

    private void say(String what) {
        progress.println("bench: " + what);
    }
}

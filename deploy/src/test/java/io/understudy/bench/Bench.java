package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.OrderlyEnd;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

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
            table.write(options.readme().get(), options.place());
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
        hold(Benchmark.TRACKED, "a site whose changes are tracked", stand -> {
            GeneratedSite site = generated(stand);
            findings.addAll(new TrackedContest(stand, site, options.runs(), progress).follow());
        });
        hold(Benchmark.SCATTERED, "a site whose changes are tracked: what is stored", stand -> {
            Peers peers = new Peers(home.resolve("peers-scattered"), stand);
            findings.add(new ScatteredContest(stand, generated(stand), peers, options.runs(), progress).store());
        });
        hold(Benchmark.METADATA, "a site with very many tables and files", stand -> {
            stand.withoutSite();
            findings.add(new MetadataContest(stand, options.megabytes(), options.runs(), progress).write());
        });
        hold(Benchmark.SMALL, "a site with small files alone", stand -> {
            findings.addAll(contests(stand, MediaFiles.Mix.PICTURES)
                    .full(" of a site with small files alone, none of which compresses,"));
            findings.addAll(stand.footprints(" with these"));
        });
        hold(Benchmark.ENCRYPTED, "an encrypted repository", stand -> {
            generated(stand);
            findings.addAll(new EncryptedContest(stand, options.runs(), progress).compare());
        });
        hold(Benchmark.DISK, "a standby that keeps no previous database", stand -> {
            findings.add(new DiskContest(stand, generated(stand), progress).fill());
        });
        hold(Benchmark.FOLLOW, "the demo's site: following", stand -> {
            findings.addAll(new FollowContest(stand, options.runs(), progress).follow());
        });
        for (PromoteContest.Site site : PromoteContest.Site.values()) {
            hold(Benchmark.PROMOTE, "promotions with something loaded ahead: " + site, stand -> {
                findings.addAll(new PromoteContest(stand, site, options.runs(), progress).promote());
            });
        }
        hold(Benchmark.FAILOVER, "the demo's site under visitors: switchover, promotion, return", stand -> {
            findings.addAll(new FailoverContest(stand, options.runs(), progress).move());
        });
        hold(Benchmark.HOST, "a site under load: snapshots", stand -> {
            generated(stand);
            findings.addAll(new HostContest(stand, load(stand), options.runs(), progress).disturb());
        });
        hold(Benchmark.AGE, "a site under load: the standby's data", stand -> {
            generated(stand);
            Duration during = Duration.ofMinutes(options.minutes());
            findings.addAll(new AgeContest(stand, load(stand), during, progress).grow());
        });
        hold(Benchmark.LARGE, "a table of " + options.gigabytes() + " GB and a file of 4 GB", stand -> {
            stand.withoutSite();
            findings.addAll(new LargeContest(stand, options.gigabytes(), progress).hold());
        });
        hold(Benchmark.MANY, options.files() + " small files", stand -> {
            stand.withoutSite();
            findings.addAll(new ManyContest(stand, options.files(), progress).hold());
        });
        if (options.contests().contains(Benchmark.SCALE)) {
            say("a site of 10 TB, calculated");
            System.out.println(new ScaleCalculation(home, progress).table());
        }
        return new Table(about, findings);
    }

    /** A contest on servers of its own, if it is asked for. */
    private void hold(Benchmark which, String what, Consumer<Testbed> contest) {
        if (options.contests().contains(which)) {
            say(what);
            try (Testbed stand =
                    stand(which.name().toLowerCase(Locale.ROOT) + "-" + findings.size(), options.recordings())) {
                contest.accept(stand);
                end.clearing();
            }
        }
    }

    private GeneratedSite generated(Testbed stand) {
        stand.withoutSite();
        GeneratedSite site = new GeneratedSite(stand.primary(), options.megabytes(), MediaFiles.Mix.USUAL);
        site.generate();
        return site;
    }

    private PgBench load(Testbed stand) {
        return new PgBench(stand.primary().database(), Folders.create(home.resolve("pgbench")));
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

package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What encryption costs: full snapshots and imports of the same site in turns, encrypted and plain. */
final class EncryptedContest {
    private static final Duration IMPORT = Duration.ofMinutes(30);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Testbed stand;
    private final int runs;
    private final PrintStream progress;
    private final Measured encrypted = new Measured("encrypted");
    private final Measured plain = new Measured("plain");

    EncryptedContest(Testbed stand, int runs, PrintStream progress) {
        this.stand = stand;
        this.runs = runs;
        this.progress = progress;
    }

    /** Run by run. */
    private static final class Measured {
        private final String what;
        private final List<Double> started = new ArrayList<>();
        private final List<Double> running = new ArrayList<>();
        private final List<Double> bytes = new ArrayList<>();
        private final List<Double> imports = new ArrayList<>();

        Measured(String what) {
            this.what = what;
        }
    }

    List<Finding> compare() {
        Turns.take(runs, this::encrypted, () -> measure(plain));
        return List.of(
                ratio(
                        "full snapshot of an encrypted repository by an agent just started, against a plain one",
                        Unit.SECONDS,
                        encrypted.started,
                        plain.started,
                        1.15),
                ratio("the same, by an agent that runs on", Unit.SECONDS, encrypted.running, plain.running, 1.15),
                ratio("the same, bytes of the repository", Unit.MEBIBYTES, encrypted.bytes, plain.bytes, 1.06),
                ratio(
                        "full import of an encrypted repository, against a plain one",
                        Unit.SECONDS,
                        encrypted.imports,
                        plain.imports,
                        1.15));
    }

    private static Finding ratio(String what, Unit unit, List<Double> ours, List<Double> against, double bar) {
        return Finding.ratio(what, unit, new Sample(ours), new Sample(against), bar);
    }

    private void encrypted() {
        Path identity = stand.pair().home().resolve("standby.age");
        Folders.delete(identity);
        Program.of("age-keygen", "-o", identity).run(MINUTE).successful();
        String recipient = Program.of("age-keygen", "-y", identity)
                .run(MINUTE)
                .successful()
                .output()
                .strip();
        String writes = "encryption: {recipients: [" + recipient + "]}\n";
        String reads = "encryption: {identity: " + identity + "}\n";
        stand.primary().configure(config -> config + writes);
        stand.standby().configure(config -> config + reads);
        try {
            Path sheet = stand.pair().home().resolve("sheet.txt");
            Folders.delete(sheet);
            measure(encrypted, "--encrypt", "--sheet", sheet.toString());
        } finally {
            stand.primary().configure(config -> config.replace(writes, ""));
            stand.standby().configure(config -> config.replace(reads, ""));
        }
    }

    private void measure(Measured measured, String... options) {
        stand.newRepository(options);
        Running sender = stand.startPrimary();
        stand.settle();
        measured.started.add(stand.fullSnapshot().seconds());
        measured.bytes.add((double) Testbed.bytes(stand.repository()));
        stand.demandFullSnapshot();
        stand.settle();
        measured.running.add(stand.fullSnapshot().seconds());
        stand.stopPrimary(sender);
        stand.newStandby();
        stand.settle();
        Running receiver = stand.startReplica();
        AgentLog log = new AgentLog(receiver);
        double live = log.await(" is live", IMPORT);
        measured.imports.add(live - log.await(": importing ", IMPORT));
        stand.stopReplica(receiver);
        progress.printf(
                Locale.ROOT,
                "  %-9s full %.2f s, again %.2f s, %.1f MB, import %.2f s%n",
                measured.what,
                last(measured.started),
                last(measured.running),
                last(measured.bytes) / 1e6,
                last(measured.imports));
    }

    private static double last(List<Double> values) {
        return values.get(values.size() - 1);
    }
}

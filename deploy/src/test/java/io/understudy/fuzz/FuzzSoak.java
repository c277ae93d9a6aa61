package io.understudy.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.fuzz.FuzzTarget.Named;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** {@code deploy/soak --fuzz}: each parser for some minutes, as many at a time as there are cores. */
final class FuzzSoak {
    private static final String USAGE = "usage: deploy/soak --fuzz [MINUTES] [--only NAME] [--seed N | --seed N.N]";

    private final Duration each;
    private final long from;
    private final Queue<Named> waiting;
    private final Set<Fuzzer> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger findings = new AtomicInteger();

    private FuzzSoak(Duration each, long from, List<Named> targets) {
        this.each = each;
        this.from = from;
        this.waiting = new ConcurrentLinkedQueue<>(targets);
    }

    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        Optional<String> only = option(arguments, "--only");
        Optional<String> seed = option(arguments, "--seed");
        List<Named> targets = FuzzTargets.all().stream()
                .filter(target -> only.isEmpty() || only.get().equals(target.name()))
                .toList();
        double minutes = minutes(arguments);
        if (targets.isEmpty() || minutes <= 0) {
            System.err.println(USAGE);
            System.err.println("names: "
                    + String.join(
                            " ", FuzzTargets.all().stream().map(Named::name).toList()));
            System.exit(2);
        }
        if (only.isPresent() && seed.isPresent()) {
            System.exit(replay(targets.get(0), seed.get()) ? 0 : 1);
        }
        long from = seed.map(Long::parseLong).orElseGet(() -> System.currentTimeMillis() / 1000 * 1_000_000);
        System.out.println("fuzz: " + targets.size() + " parsers, " + minutes + " minutes each, from seed " + from);
        boolean well = new FuzzSoak(Duration.ofMillis((long) (minutes * 60_000)), from, targets).run();
        System.exit(well ? 0 : 1);
    }

    private static double minutes(String[] arguments) {
        return Arrays.stream(arguments)
                .limit(1)
                .filter(text -> text.matches("[0-9.]+"))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElse(arguments.length % 2 == 0 ? 10 : -1);
    }

    private static Optional<String> option(String[] arguments, String name) {
        int at = Arrays.asList(arguments).indexOf(name);
        return at < 0 || at + 1 == arguments.length ? Optional.empty() : Optional.of(arguments[at + 1]);
    }

    /** @return whether that input breaks no rule */
    private static boolean replay(Named target, String path) throws Exception {
        List<Long> seeds = Arrays.stream(path.split("\\.")).map(Long::parseLong).toList();
        try (Fuzzer fuzzer = new Fuzzer(target, System::nanoTime)) {
            Optional<Finding> found = fuzzer.replay(seeds);
            System.out.println(found.map(Finding::text).orElse("no rule is broken by this input"));
            return found.isEmpty();
        }
    }

    private boolean run() throws InterruptedException {
        Thread[] workers = new Thread[Runtime.getRuntime().availableProcessors()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Thread(null, this::work, "fuzz-" + i);
            workers[i].start();
        }
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                worker.join(1000);
                requireProgress();
            }
        }
        System.out.println(findings.get() == 0 ? "result: clean" : "result: " + findings.get() + " FINDINGS");
        return findings.get() == 0;
    }

    /** What does not end ends the process: its thread cannot be ended. */
    private void requireProgress() {
        for (Fuzzer fuzzer : running) {
            fuzzer.stuck().ifPresent(finding -> {
                System.out.println(finding.text());
                Thread.getAllStackTraces().forEach((thread, frames) -> {
                    if (thread.getName().startsWith("fuzz-")) {
                        System.out.println(thread.getName());
                        Arrays.stream(frames).limit(30).forEach(frame -> System.out.println("    " + frame));
                    }
                });
                System.exit(1);
            });
        }
    }

    private void work() {
        for (Named target = waiting.poll(); target != null; target = waiting.poll()) {
            long end = System.nanoTime() + each.toNanos();
            try (Fuzzer fuzzer = new Fuzzer(target, System::nanoTime)) {
                running.add(fuzzer);
                fuzzer.run(from, () -> System.nanoTime() > end, this::found);
                running.remove(fuzzer);
                System.out.printf(Locale.ROOT, "%-24s %s%n", target.name(), fuzzer.summary());
            } catch (Exception e) {
                findings.incrementAndGet();
                System.out.println(target.name() + " cannot be run: " + e);
                e.printStackTrace(System.out);
            }
        }
    }

    private void found(Finding finding) {
        findings.incrementAndGet();
        System.out.println(finding.text());
    }
}

package io.understudy.simulation;

import io.understudy.simulation.Simulation.Outcome;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** {@code deploy/soak}: plays many seeds on all cores, or one with its whole trace. */
final class Soak {
    private static final String USAGE =
            "usage: deploy/soak --seeds N [--from S] [--threads T] [--failures F] | --seed S";

    /** Of so many runs some come to each check. */
    private static final int ENOUGH = 1_000;

    private final Simulation simulation;
    private final long from;
    private final long to;
    private final AtomicLong next;
    private final AtomicLong events = new AtomicLong();
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<Outcome> failed = new ConcurrentLinkedQueue<>();
    private final Reached reached = new Reached();
    private final long failures;
    private final long start = System.nanoTime();

    /** @param failures after so many broken runs it ends */
    private Soak(Simulation simulation, long from, long seeds, long failures) {
        this.failures = failures;
        this.simulation = simulation;
        this.from = from;
        this.to = from + seeds;
        this.next = new AtomicLong(from);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Simulation.hush();
        Optional<Long> one = option(arguments, "--seed");
        long seeds = option(arguments, "--seeds").orElse(one.isPresent() ? 1L : 0L);
        if (seeds < 1 || arguments.length % 2 != 0) {
            System.err.println(USAGE);
            System.exit(2);
        }
        boolean well;
        try (Simulation simulation = new Simulation()) {
            if (one.isPresent()) {
                well = reported(simulation.play(one.get(), System.out), false);
            } else {
                long threads = option(arguments, "--threads")
                        .orElse((long) Runtime.getRuntime().availableProcessors());
                well = new Soak(
                                simulation,
                                option(arguments, "--from").orElse(1L),
                                seeds,
                                option(arguments, "--failures").orElse(1L))
                        .run((int) threads);
            }
        }
        System.exit(well ? 0 : 1);
    }

    private boolean run(int threads) throws InterruptedException {
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = new Thread(this::work, "soak-" + i);
            all[i].start();
        }
        for (Thread thread : all) {
            while (thread.isAlive()) {
                thread.join(10_000);
                progress(System.err);
            }
        }
        if (!failed.isEmpty()) {
            reported(failed.peek(), true);
            failed.stream().skip(1).forEach(outcome -> reported(outcome, false));
            return false;
        }
        progress(System.out);
        System.out.println("compared:");
        reached.lines().forEach(System.out::println);
        if (done.get() >= ENOUGH && !reached.never().isEmpty()) {
            System.out.println("FAILED: no run came to " + reached.never());
            return false;
        }
        System.out.printf(Locale.ROOT, "all promises kept in %d seeds, %d to %d%n", done.get(), from, to - 1);
        return true;
    }

    private void work() {
        long seed = next.getAndIncrement();
        while (seed < to && failed.size() < failures) {
            Outcome outcome = simulation.play(seed, null);
            events.addAndGet(outcome.events());
            done.incrementAndGet();
            synchronized (reached) {
                reached.add(outcome.reached());
            }
            if (outcome.failure().isPresent()) {
                failed.add(outcome);
                System.err.println(
                        "seed " + seed + " FAILED: " + outcome.failure().get().getMessage());
            }
            seed = next.getAndIncrement();
        }
    }

    private void progress(PrintStream out) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                Locale.ROOT,
                "%d of %d seeds, %d events, %.0f s, %.1f seeds/s%n",
                done.get(),
                to - from,
                events.get(),
                seconds,
                done.get() / seconds);
    }

    /** @return whether all promises were kept */
    private static boolean reported(Outcome outcome, boolean tail) {
        if (outcome.failure().isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "seed %d: all promises kept, %d events, fingerprint %016x%n",
                    outcome.seed(),
                    outcome.events(),
                    outcome.fingerprint());
            return true;
        }
        if (tail) {
            outcome.tail().forEach(System.out::println);
        }
        Error failure = outcome.failure().get();
        System.out.println("seed " + outcome.seed() + " FAILED: " + failure.getMessage());
        if (!(failure instanceof Promise.Broken) || failure.getCause() != null) {
            failure.printStackTrace(System.out);
        }
        System.out.println("replay: deploy/soak --seed " + outcome.seed());
        return false;
    }

    private static Optional<Long> option(String[] arguments, String name) {
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals(name)) {
                return Optional.of(Long.parseLong(arguments[i + 1]));
            }
        }
        return Optional.empty();
    }
}

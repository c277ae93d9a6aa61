package io.understudy.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Runs one target on mutated inputs. An input that ends in a way which none before did becomes one that others are made
 * of: failures are distinguished by where they were thrown, so what passes one check is led to the next. Not
 * thread-safe.
 */
public final class Fuzzer implements Closeable {
    /** Milliseconds that one input may take. */
    public static final long SLOW = 5000;

    private static final int MOST_SHORTENINGS = 3000;
    private static final int MOST_KEPT = 500;
    private static final int DEEPEST = 12;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String name;
    private final FuzzTarget target;
    private final Mutator mutator;
    private final LongSupplier nanos;
    private final List<List<Long>> kept = new ArrayList<>();
    private final Set<String> ends = new HashSet<>();
    private final Set<String> faults = new HashSet<>();
    private long inputs;
    private long values;
    /** Whether the last input ended in a value. */
    private boolean ended;

    private volatile List<Long> current = List.of();
    private volatile long since;

    /** @param nanos a clock that only goes forward */
    public Fuzzer(FuzzTarget.Named named, LongSupplier nanos) throws Exception {
        this.name = named.name();
        this.target = named.opener().call();
        this.mutator = new Mutator(target);
        this.nanos = nanos;
    }

    /**
     * Runs inputs until that is enough. The real inputs come first.
     *
     * @param from the first seed
     * @param enough asked before each input
     * @param found receives each fault the first time
     */
    public void run(long from, BooleanSupplier enough, Consumer<Finding> found) {
        for (byte[] real : target.corpus()) {
            end(real, List.of(), found);
        }
        for (long seed = from; !enough.getAsBoolean(); seed++) {
            List<Long> seeds = seeds(seed);
            end(mutator.input(seeds), seeds, found);
        }
    }

    /** Every other input is made of one that was kept. */
    private List<Long> seeds(long seed) {
        if (kept.isEmpty() || seed % 2 == 0) {
            return List.of(seed);
        }
        List<Long> base = kept.get((int) Math.floorMod(seed * 0x9e3779b97f4a7c15L >>> 17, (long) kept.size()));
        List<Long> seeds = new ArrayList<>(base);
        seeds.add(seed);
        return seeds;
    }

    /** Runs the one input that these seeds make. */
    public Optional<Finding> replay(List<Long> seeds) {
        byte[] input = mutator.input(seeds);
        return fault(input, seeds).map(fault -> new Finding(name, seeds, fault, input));
    }

    private void end(byte[] input, List<Long> seeds, Consumer<Finding> found) {
        inputs++;
        Optional<Fault> fault = fault(input, seeds);
        values += ended ? 1 : 0;
        if (fault.isPresent() && faults.add(fault.get().key())) {
            found.accept(new Finding(name, seeds, fault.get(), shortest(input, seeds, fault.get())));
        }
    }

    private Optional<Fault> fault(byte[] input, List<Long> seeds) {
        current = seeds;
        since = nanos.getAsLong();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Optional<Fault> fault = Optional.empty();
        ended = false;
        try {
            target.parse(input.clone());
            ended = true;
            note("", seeds);
        } catch (Throwable e) {
            // Whatever it is, errors of the Java machine too: that is what is looked for.
            fault = target.documents(e) ? Optional.empty() : Optional.of(Fault.thrown(e));
            if (fault.isEmpty()) {
                note(Fault.key(e), seeds);
            }
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        long millis = (nanos.getAsLong() - since) / 1_000_000;
        since = 0;
        long most = target.mostAllocated(input.length);
        return fault.or(() -> Optional.of(Fault.large(allocated, most)).filter(none -> allocated > most))
                .or(() -> Optional.of(Fault.slow(millis)).filter(none -> millis > SLOW));
    }

    private void note(String end, List<Long> seeds) {
        if (!seeds.isEmpty() && seeds.size() < DEEPEST && kept.size() < MOST_KEPT && ends.add(end)) {
            kept.add(seeds);
        }
    }

    /** Takes slices away as long as the same fault stays: halves first, single bytes last. */
    private byte[] shortest(byte[] input, List<Long> seeds, Fault fault) {
        byte[] shortest = input;
        int left = MOST_SHORTENINGS;
        for (int size = input.length / 2; size > 0; size = Math.min(size / 2, shortest.length)) {
            for (int at = 0; at + size <= shortest.length && left > 0; left--) {
                byte[] shorter = ByteMutation.replaced(shortest, at, at + size, new byte[0]);
                boolean same = fault(shorter, seeds)
                        .filter(other -> other.key().equals(fault.key()))
                        .isPresent();
                shortest = same ? shorter : shortest;
                at += same ? 0 : size;
            }
        }
        return shortest;
    }

    /** The seeds of an input that takes too long now; empty when none does. For another thread. */
    public Optional<Finding> stuck() {
        long begun = since;
        List<Long> seeds = current;
        long millis = (nanos.getAsLong() - begun) / 1_000_000;
        return begun == 0 || millis <= SLOW
                ? Optional.empty()
                : Optional.of(new Finding(
                        name,
                        seeds,
                        new Fault("stuck", "it has taken " + millis + " ms, and goes on"),
                        seeds.isEmpty() ? new byte[0] : mutator.input(seeds)));
    }

    public String name() {
        return name;
    }

    /** {@code 120000 inputs, 31 % of them values, 44 different ends, 0 faults}. */
    public String summary() {
        return inputs + " inputs, " + (inputs == 0 ? 0 : 100 * values / inputs) + " % of them values, " + ends.size()
                + " different ends, " + faults.size() + " faults";
    }

    /** How many inputs the share of this target in every test run has. */
    public int share() {
        return target.share();
    }

    /** How many different faults were found. */
    public int faults() {
        return faults.size();
    }

    @Override
    public void close() throws IOException {
        target.close();
    }
}

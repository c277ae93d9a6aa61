package io.understudy.simulation;

import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Tasks on threads of which one runs at a time. At each {@link #step} and {@link #sleep} the seed decides who goes on,
 * so a run can be had again. Time is simulated: it creeps with every step, and jumps when everybody sleeps.
 */
final class Scheduler {
    /** Real time without a step. */
    private static final long STANDSTILL_SECONDS = 120;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "simulated");
        thread.setDaemon(true);
        return thread;
    });

    /** The process of the task is dead, or the run is over. An Error, so that nothing handles it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** What dies as one. */
    static final class Process {
        final String name;
        private final List<Task> tasks = new ArrayList<>();
        private boolean dead;

        Process(String name) {
            this.name = name;
        }

        boolean isDead() {
            return dead;
        }
    }

    private final RandomGenerator random;
    private final FakeTicker time;
    private final int restlessness;
    private final long longest;
    private final List<Task> alive = new ArrayList<>();
    private final Semaphore ended = new Semaphore(0);
    private Task current;
    private Error failure;
    private boolean over;
    private volatile long steps;

    /**
     * @param restlessness how often somebody else goes on after a step, in percent
     * @param longest steps of a run; more is a failure, for it does not come to its end
     */
    Scheduler(RandomGenerator random, FakeTicker time, int restlessness, long longest) {
        this.random = random;
        this.time = time;
        this.restlessness = restlessness;
        this.longest = longest;
    }

    /** A task that runs when its turn comes. */
    Task start(Process process, String name, Runnable work) {
        Task task = new Task(process, name, work);
        alive.add(task);
        process.tasks.add(task);
        THREADS.execute(task);
        return task;
    }

    /** Runs all tasks to their ends. @throws Error what one of them threw first */
    void run() {
        current = choose();
        current.turn.release();
        awaitTheEnd();
        if (failure != null) {
            throw failure;
        }
    }

    /** A task that waits in its code for what another holds stops everybody, for that one never gets its turn. */
    private void awaitTheEnd() {
        try {
            for (long before = -1; !ended.tryAcquire(STANDSTILL_SECONDS, TimeUnit.SECONDS); before = steps) {
                if (steps == before) {
                    throw new AssertionError(
                            "standstill after " + steps + " steps: " + current.name + " waits outside of its turns");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Nothing has happened yet: somebody else may go on first, and the task may find itself dead. */
    void step() {
        Task me = current;
        me.requireLife();
        if (++steps > longest) {
            fail(new AssertionError("no end after " + longest + " steps"));
        }
        time.advance(Duration.ofNanos(random.nextLong(20_000_000)));
        if (random.nextInt(100) < restlessness) {
            handOver(me);
        }
        me.requireLife();
    }

    /** Waits for simulated time. Ends early, with an exception, when the thread is interrupted. */
    void sleep(Duration pause) throws InterruptedException {
        Task me = current;
        me.requireLife();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        me.wake = time.nanos() + pause.toNanos();
        handOver(me);
        me.wake = 0;
        me.requireLife();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Waits until the others have made so many steps, or all of them sleep. */
    void await(int stepsOfOthers) {
        Task me = current;
        me.afterSteps = steps + stepsOfOthers;
        handOver(me);
        me.afterSteps = 0;
        me.requireLife();
    }

    /** Ends the sleep of a task. */
    void wake(Task task) {
        task.wake = 0;
    }

    /** Everything that the process does ends here and now; it lets go what it holds. Returns when that is done. */
    void kill(Process process) {
        Task me = current;
        process.dead = true;
        for (Task task : List.copyOf(process.tasks)) {
            if (task != me && alive.contains(task)) {
                task.heir = me;
                give(task, me);
            }
        }
        if (me.process == process) {
            throw new Killed();
        }
    }

    /** Ends the run: every task finds itself dead. */
    void finish() {
        over = true;
    }

    /** A promise is broken: the run ends. */
    void fail(Error why) {
        if (failure == null) {
            failure = why;
        }
        over = true;
        throw why;
    }

    Task current() {
        return current;
    }

    long steps() {
        return steps;
    }

    boolean isOver() {
        return over;
    }

    /** The time of the tasks. */
    Ticker ticker() {
        return new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                Scheduler.this.sleep(pause);
            }
        };
    }

    private void handOver(Task me) {
        Task next = choose();
        if (next != me) {
            give(next, me);
        }
    }

    private void give(Task next, Task me) {
        current = next;
        next.turn.release();
        me.turn.acquireUninterruptibly();
    }

    private Task choose() {
        List<Task> ready = ready();
        if (ready.isEmpty()) {
            ready = alive.stream().filter(task -> task.afterSteps > 0).toList();
        }
        if (ready.isEmpty()) {
            long next = alive.stream().mapToLong(task -> task.wake).min().orElseThrow();
            time.advance(Duration.ofNanos(next - time.nanos()));
            ready = ready();
        }
        return ready.get(random.nextInt(ready.size()));
    }

    private List<Task> ready() {
        long now = time.nanos();
        List<Task> ready = new ArrayList<>(alive.size());
        for (Task task : alive) {
            if (over || task.wake <= now && task.afterSteps <= steps) {
                ready.add(task);
            }
        }
        return ready;
    }

    /** Work with a thread of its own that waits for its turns. */
    final class Task implements Runnable {
        final Process process;
        final String name;
        private final Runnable work;
        private final Semaphore turn = new Semaphore(0);
        private Task heir;
        private long wake;
        private long afterSteps;

        private Task(Process process, String name, Runnable work) {
            this.process = process;
            this.name = name;
            this.work = work;
        }

        boolean isDead() {
            return over || process.dead;
        }

        private void requireLife() {
            if (isDead()) {
                throw new Killed();
            }
        }

        @Override
        public void run() {
            turn.acquireUninterruptibly();
            try {
                if (!isDead()) {
                    work.run();
                }
            } catch (Killed e) {
                // As requested.
            } catch (Throwable e) {
                if (failure == null) {
                    failure = e instanceof Error error ? error : new AssertionError(name + " ended with " + e, e);
                }
                over = true;
            } finally {
                Thread.interrupted();
                end();
            }
        }

        private void end() {
            alive.remove(this);
            process.tasks.remove(this);
            if (heir == null && alive.isEmpty()) {
                ended.release();
                return;
            }
            Task next = heir != null ? heir : choose();
            current = next;
            next.turn.release();
        }
    }
}

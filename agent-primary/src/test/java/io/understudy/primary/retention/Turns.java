package io.understudy.primary.retention;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Actors on threads of which one runs at a time. At each {@link #next} the seed decides who goes on, so a run can be
 * had again.
 */
final class Turns {
    private final Random random;
    private final Runnable check;
    private final List<Actor> alive = new ArrayList<>();
    private Actor current;
    private Throwable failure;

    /** @param check made at each turn, while no thread runs */
    Turns(Random random, Runnable check) {
        this.random = random;
        this.check = check;
    }

    void actor(String name, Runnable work) {
        alive.add(new Actor(name, work));
    }

    /** Runs all of them to their ends. */
    void run() throws InterruptedException {
        List<Actor> all = List.copyOf(alive);
        choose();
        all.forEach(Thread::start);
        for (Actor actor : all) {
            actor.join();
        }
        if (failure != null) {
            throw new AssertionError("a promise was broken", failure);
        }
    }

    /** Lets another actor go on, or the same. Does nothing outside an actor. */
    void next() {
        if (Thread.currentThread() instanceof Actor actor && alive.contains(actor)) {
            synchronized (this) {
                choose();
                actor.await();
            }
        }
    }

    private synchronized void choose() {
        if (failure == null) {
            try {
                check.run();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
        current = alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
        notifyAll();
    }

    private static final class Stopped extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final class Actor extends Thread {
        private final Runnable work;

        Actor(String name, Runnable work) {
            super(name);
            this.work = work;
        }

        @Override
        public void run() {
            try {
                await();
                work.run();
            } catch (Stopped e) {
                // Another one failed.
            } catch (RuntimeException | Error e) {
                synchronized (Turns.this) {
                    failure = failure == null ? e : failure;
                }
            } finally {
                synchronized (Turns.this) {
                    alive.remove(this);
                    choose();
                }
            }
        }

        private void await() {
            synchronized (Turns.this) {
                while (current != this && failure == null) {
                    try {
                        Turns.this.wait();
                    } catch (InterruptedException e) {
                        throw new Stopped();
                    }
                }
                if (failure != null) {
                    throw new Stopped();
                }
            }
        }
    }
}

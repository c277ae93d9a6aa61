package io.understudy.replica.round;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;

/** Lets others give up a round that has not reached APPLY; from there on it is finished. Thread-safe, for one round. */
public final class RoundControl {
    private Thread worker;
    private boolean cancelled;
    private boolean committed;
    private boolean endsSoon;
    private boolean awaited;
    private boolean overtook;
    private boolean givesWay;
    private boolean keepsOn;
    private boolean wanted;

    /** Gives the round up as soon as it can be. Does nothing when it has reached APPLY. */
    public synchronized void cancel() {
        cancelled = true;
        if (worker != null && !committed) {
            worker.interrupt();
        }
    }

    /** The calling thread works on the round: it is interrupted when the round is given up. */
    public synchronized void begin() {
        check();
        worker = Thread.currentThread();
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    synchronized void check() {
        if (cancelled && !committed) {
            throw cancelled();
        }
    }

    /** The point of no return: throws when it was cancelled, and from here on can't be. */
    public synchronized void commit() {
        check();
        committed = true;
    }

    /**
     * The round leaves what is live alone and loads little: what waits for its end lets it, for a while. A load that is
     * given up after a part of it was committed leaves nothing ahead.
     */
    public synchronized void endsSoon() {
        endsSoon = true;
    }

    public synchronized boolean isEndingSoon() {
        return (endsSoon || keepsOn) && !cancelled;
    }

    /** Whether to give it up leaves nothing ahead. */
    public synchronized boolean risksWhatIsAhead() {
        return endsSoon && !cancelled;
    }

    /**
     * What the round does next no one waits for.
     *
     * @return false where something waits for the end of the round already: it is not to be begun
     */
    public synchronized boolean giveWay() {
        givesWay = !wanted && !cancelled;
        return givesWay;
    }

    /** Something waits for the end of the round: what no one waits for is given up, or not begun. */
    public synchronized void makeWay() {
        wanted = true;
        if (givesWay) {
            cancel();
        }
    }

    /**
     * To give it up would cost more than to let it end, which is soon.
     *
     * @throws UnderstudyException {@code CANCELLED} where it was given up before
     */
    public synchronized void keepOn() {
        check();
        givesWay = false;
        keepsOn = true;
    }

    /** Something waits for the end of what ends soon. */
    public synchronized void await() {
        awaited = true;
    }

    /**
     * What was to end soon goes on with what can be given up at once.
     *
     * @return whether it may: nothing waits for its end
     */
    synchronized boolean goesOn() {
        endsSoon = false;
        return !awaited && !cancelled;
    }

    /** For this, a round that was to end soon was given up. */
    public synchronized void overtook() {
        overtook = true;
    }

    public synchronized boolean hasOvertaken() {
        return overtook;
    }

    /** The thread is given back without an interrupt that was meant for the round. */
    public synchronized void end() {
        worker = null;
        givesWay = false;
        keepsOn = false;
        if (cancelled) {
            Thread.interrupted();
        }
    }

    /** Whether it was given up. */
    public synchronized boolean isCancelled() {
        return cancelled && !committed;
    }

    /** Whether something else waits, be it too late to give the round up. */
    public synchronized boolean isAskedToStop() {
        return cancelled;
    }

    static UnderstudyException cancelled() {
        return new UnderstudyException(ErrorCode.CANCELLED, "import cancelled", "it resumes with the next round");
    }
}

package io.understudy.replica.fakes;

import java.util.ArrayList;
import java.util.List;

/** Counts the places where a process may die, and lets it die at one of them. */
public final class CrashPoints {
    private final List<String> passed = new ArrayList<>();
    private int deadly = -1;
    private String victim = "";
    private Runnable check = () -> {};

    /** Dies at the k-th point from now on, counted from 0. */
    public void dieAt(int k) {
        passed.clear();
        deadly = k;
    }

    /** Dies before the next call of this name. */
    public void dieBefore(String call) {
        dieAt(-1);
        victim = "before " + call;
    }

    public void live() {
        dieAt(-1);
        victim = "";
    }

    public int passed() {
        return passed.size();
    }

    public List<String> trace() {
        return List.copyOf(passed);
    }

    /** Asserts at every point what must hold always. */
    public void always(Runnable check) {
        this.check = check;
    }

    public void point(String where) {
        check.run();
        int here = passed.size();
        passed.add(where);
        if (here == deadly || where.equals(victim)) {
            throw new Crash(here, where);
        }
    }

    /** A call with its effect: the process may die before and after it. */
    public void around(String where, Runnable effect) {
        point("before " + where);
        effect.run();
        point("after " + where);
    }
}

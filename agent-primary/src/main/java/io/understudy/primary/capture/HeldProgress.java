package io.understudy.primary.capture;

import io.understudy.progress.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Holds back the progress of what runs next to something else that is shown, and then shows how far each step has come.
 * Thread-safe.
 */
final class HeldProgress implements Progress {
    private record Report(long doneBytes, long totalBytes) {}

    private final Progress target;
    private final BooleanSupplier shown;
    private final Map<String, Report> held = new LinkedHashMap<>();

    /** @param shown whether it is to be shown from now on */
    HeldProgress(Progress target, BooleanSupplier shown) {
        this.target = target;
        this.shown = shown;
    }

    @Override
    public synchronized void report(String step, long doneBytes, long totalBytes) {
        held.put(step, new Report(doneBytes, totalBytes));
        show();
    }

    /** Shows what is held back, if it may be. */
    synchronized void show() {
        if (shown.getAsBoolean()) {
            held.forEach((step, report) -> target.report(step, report.doneBytes, report.totalBytes));
            held.clear();
        }
    }
}

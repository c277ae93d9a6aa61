package io.understudy.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a unit test that takes longer than six times {@code -Dunderstudy.slow.seconds} and has no tag {@code slow}:
 * without the tagged ones a developer's run is a short one. Six times, for tests of a second were seen to take eleven
 * where four Java machines start on two processors that others use too. Without the property, which
 * only the short run sets, in end-to-end tests ({@code *IT}) and on a busy machine it does nothing.
 */
public final class SlowTests implements BeforeEachCallback, AfterEachCallback {
    private static final int BUSY = 3;
    private static final int TIMES = 6;
    private static final String TAG = "slow";
    private static final Namespace NAMESPACE = Namespace.create(SlowTests.class);

    private final Duration limit;

    public SlowTests() {
        this(Duration.ofSeconds(Long.getLong("understudy.slow.seconds", 0)));
    }

    SlowTests(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        test.getStore(NAMESPACE).put("begun", System.nanoTime());
    }

    @Override
    public void afterEach(ExtensionContext test) {
        long begun = test.getStore(NAMESPACE).remove("begun", Long.class);
        if (!busy()) {
            check(test, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    /**
     * Whether so much else runs that a test's time says nothing about the test; two Java machines and their servers are
     * less.
     */
    private static boolean busy() {
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        return machine.getSystemLoadAverage() > BUSY * machine.getAvailableProcessors();
    }

    void check(ExtensionContext test, Duration took) {
        boolean unit = !test.getRequiredTestClass().getSimpleName().endsWith("IT");
        if (unit
                && !limit.isZero()
                && took.compareTo(limit.multipliedBy(TIMES)) > 0
                && !test.getTags().contains(TAG)) {
            throw new AssertionError("the test took " + took.toMillis() / 1000.0 + " s, and " + limit.toSeconds()
                    + " s are allowed: make it faster, or give it @Tag(\"" + TAG + "\")");
        }
    }
}

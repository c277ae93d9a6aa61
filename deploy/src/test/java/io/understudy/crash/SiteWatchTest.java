package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.rehearsal.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SiteWatchTest {
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final AtomicReference<String> primary = new AtomicReference<>("one");
    private final Fake one = new Fake("one");
    private final Fake two = new Fake("two");

    /** Takes writes while it is the primary, or always. */
    private final class Fake implements SiteWatch.Site {
        private final String name;
        private final ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
        private volatile boolean always;
        private volatile boolean broken;

        Fake(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean takes(String text) {
            if (broken) {
                throw new IllegalStateException("its write failed");
            }
            if (always || primary.get().equals(name)) {
                taken.add(text);
                return true;
            }
            return false;
        }
    }

    @Test
    void aHandOverIsSeenWithAllThatWasAcknowledged() {
        try (SiteWatch watch = new SiteWatch(SOON, one, two)) {
            await(() -> one.taken.size() > 10);
            primary.set("none");
            int refused = watch.asked("one");
            await(() -> watch.asked("one") > refused + 2);
            primary.set("two");
            await(() -> two.taken.size() > 10);
            watch.end();

            watch.assertNeverTwo();
            assertThat(watch.acknowledged()).containsAll(one.taken).containsAll(two.taken);
            assertThat(watch.acknowledged()).hasSize(one.taken.size() + two.taken.size());
        }
    }

    @Test
    void twoThatTakeWritesAreSeen() {
        two.always = true;
        try (SiteWatch watch = new SiteWatch(SOON, one, two)) {
            await(() -> one.taken.size() > 10 && two.taken.size() > 10);
            watch.end();

            assertThatThrownBy(watch::assertNeverTwo).hasMessageContaining("at the same time");
        }
    }

    @Test
    void aFailureOfASiteIsNoRefusal() {
        one.broken = true;
        try (SiteWatch watch = new SiteWatch(SOON, one, two)) {
            await(() -> watch.asked("two") > 10);
            watch.end();

            assertThatThrownBy(watch::assertNeverTwo).hasMessageContaining("its write failed");
        }
    }

    @Test
    void aWatchThatHardlyAskedHasSeenNothing() {
        try (SiteWatch watch = new SiteWatch(Duration.ofHours(1), one)) {
            await(() -> watch.asked("one") == 1);

            assertThatThrownBy(watch::assertNeverTwo).hasMessageContaining("questions");
            assertThat(watch.acknowledged()).isEqualTo(List.copyOf(one.taken));
        }
    }

    private static void await(BooleanSupplier condition) {
        Deadline.await("the watch has asked", LIMIT, condition);
    }
}

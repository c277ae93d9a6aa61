package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.Interposed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of a store that answers, and never comes to an end. */
class BoundedListingTest {
    private final FakeTicker time = new FakeTicker();
    private final List<Boolean> seen = new ArrayList<>();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    /** A store whose every page has one object, the one after the last, and says that there are more. */
    private Filestore endless(UnaryOperator<String> next, Duration each) {
        return new MeteredFilestore(
                new Interposed(new InMemoryFilestore()) {
                    @Override
                    public Page page(String prefix, String after) {
                        time.advance(each);
                        return new Page(List.of(new ObjectInfo(next.apply(after), 1, Instant.EPOCH)), true);
                    }
                },
                new Events(time.clock(), (event, at) -> {
                    if (event instanceof CommonEvent.FilestoreSeen now) {
                        seen.add(now.available());
                    }
                }),
                time);
    }

    private static String longer(String after) {
        return after.length() < 200 ? after + "a" : after.substring(0, 190) + "b".repeat(after.length() - 189);
    }

    private static UnderstudyException failure(Filestore store) {
        return catchThrowableOfType(UnderstudyException.class, () -> {
            try (Stream<ObjectInfo> all = store.list("epochs/", "")) {
                assertThat(all.count()).isNegative();
            }
        });
    }

    @Test
    void aListingWithoutAnEndFailsAndTheStoreIsSeenAsDown() {
        UnderstudyException e = failure(endless(BoundedListingTest::longer, Duration.ofSeconds(1)));

        assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
        assertThat(e).hasMessageContaining("cannot list epochs/ in memory:").hasMessageContaining("its end");
        assertThat(seen).endsWith(false);
        assertThat(time.nanos()).isLessThan(Duration.ofMinutes(3).toNanos());
    }

    @Test
    void aListingThatLeadsBackFailsAtOnce() {
        assertThat(failure(endless(after -> "epochs/a", Duration.ZERO))).hasMessageContaining("it leads back");
        assertThat(seen).endsWith(false);
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        assertThat(failure(endless(BoundedListingTest::longer, Duration.ZERO)).code())
                .isEqualTo(ErrorCode.CANCELLED);
    }

    /** A hundred objects a second are no fault, however many there are. */
    @Test
    void aLongListingThatGoesOnIsLeftAlone() {
        InMemoryFilestore memory = new InMemoryFilestore(time);
        for (int i = 0; i < 4_000; i++) {
            memory.put("blobs/%05d".formatted(i), Content.of(new byte[1]));
        }
        memory.pagesOf(2);
        Filestore slow = new MeteredFilestore(
                new Interposed(memory) {
                    @Override
                    protected void after(io.understudy.testing.Faults.Operation operation, String key) {
                        time.advance(Duration.ofMillis(19));
                    }
                },
                Events.none(),
                time);
        try (Stream<ObjectInfo> all = slow.list("blobs/", "")) {
            assertThat(all.count()).isEqualTo(4_000);
        }
    }
}

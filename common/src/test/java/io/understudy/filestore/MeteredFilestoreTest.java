package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeteredFilestoreTest extends FilestoreContract {
    private final List<String> received = new ArrayList<>();
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore memory = new InMemoryFilestore(time);
    private final Filestore store = new MeteredFilestore(memory, new Events(time.clock(), this::record), time);

    private void record(Event event, Instant at) {
        if (event instanceof CommonEvent.FilestoreAnswered answered) {
            received.add(answered.operation() + " " + answered.took().toMillis() + " "
                    + answered.failure().map(ErrorCode::label).orElse("ok"));
        } else if (event instanceof CommonEvent.FilestoreSeen seen) {
            received.add(seen.available() ? "up" : "down");
        }
    }

    @Override
    protected Filestore create() {
        return new MeteredFilestore(new InMemoryFilestore(), Events.none(), io.understudy.time.Ticker.system());
    }

    @Test
    void tellsOfWritesAndReads() throws IOException {
        store.put("a", Content.of(bytes("12345")));
        store.putIfAbsent("b", bytes("123"));
        store.putIfAbsent("b", bytes("123"));
        try (InputStream in = store.open("a", 1)) {
            in.readNBytes(4);
        }
        store.stat("a");
        store.delete("a");
        assertThat(received)
                .containsExactly(
                        "put 0 ok",
                        "up",
                        "put_if_absent 0 ok",
                        "up",
                        "put_if_absent 0 ok",
                        "up",
                        "open 0 ok",
                        "up",
                        "stat 0 ok",
                        "up",
                        "delete 0 ok",
                        "up");
    }

    @Test
    void tellsOfABatchHowLongItsEndIsWaitedFor() {
        memory.holdBatches();
        memory.inject(Faults.always(new Faults.Delay(Duration.ofMillis(250))));
        try (WriteBatch batch = store.batch()) {
            batch.put("a", Content.of(bytes("12345")));
            batch.keep("b");
            batch.settle();
        }
        assertThat(received).containsExactly("put 0 ok", "up", "settle 250 ok", "up");
    }

    @Test
    void tellsHowLongItTook() {
        memory.inject(Faults.always(new Faults.Delay(Duration.ofMillis(1_250))));
        store.stat("a");
        assertThat(received).containsExactly("stat 1250 ok", "up");
    }

    @Test
    void tellsFailuresOfTheStoreFromOthers() {
        Stream.of(ErrorCode.FILESTORE_UNREACHABLE, ErrorCode.FILESTORE_DENIED, ErrorCode.DISK_FULL, ErrorCode.CANCELLED)
                .forEach(code -> {
                    memory.inject(Faults.always(new Faults.Fail(code)));
                    assertFails(code, () -> store.put("a", Content.of(new byte[1])));
                });
        memory.inject(Faults.none());
        assertFails(ErrorCode.OBJECT_MISSING, () -> store.open("a", 0));
        assertThat(received)
                .containsExactly(
                        "put 0 filestore_unreachable",
                        "down",
                        "put 0 filestore_denied",
                        "down",
                        "put 0 disk_full",
                        "down",
                        "put 0 cancelled",
                        "open 0 object_missing",
                        "up");
    }

    @Test
    void tellsOfBrokenDownloadsAndListings() throws IOException {
        memory.put("a", Content.of(new byte[10]));
        memory.inject(Faults.always(new Faults.Break(3, ErrorCode.FILESTORE_FAILED)));
        try (InputStream in = store.open("a", 0)) {
            in.readNBytes(3);
            assertFails(ErrorCode.FILESTORE_FAILED, in::read);
        }
        memory.inject(Faults.always(new Faults.Break(0, ErrorCode.FILESTORE_UNREACHABLE)));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.list("", "").count());
        memory.inject(Faults.none());
        store.list("", "").count();
        assertThat(received)
                .containsExactly(
                        "open 0 ok", "up", "down", "list 0 filestore_unreachable", "down", "list 0 ok", "up", "up");
    }
}

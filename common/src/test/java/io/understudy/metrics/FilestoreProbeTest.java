package io.understudy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options.Endpoint;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilestoreProbeTest {
    private static final String OBJECT = "understudy.json";

    @TempDir
    Path folder;

    private final FakeTicker time = new FakeTicker();
    private final Metrics metrics = new Metrics("example", "primary", "test");
    private final FilestoreHealth health = new FilestoreHealth(metrics, "file:///store", time.clock());
    private final InMemoryFilestore memory = new InMemoryFilestore(time);
    private final List<String> events = new ArrayList<>();
    private final Held held = new Held();

    /** Requests that run when the test lets them. */
    private static final class Held implements FilestoreProbe.Requests {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private int cancelled;
        private boolean full;

        @Override
        public Runnable submit(Runnable request) {
            if (full) {
                throw new RejectedExecutionException();
            }
            waiting.add(request);
            return () -> cancelled++;
        }

        void answer() {
            waiting.remove().run();
        }

        @Override
        public void close() {}
    }

    private Events events() {
        return new Events(time.clock(), (event, at) -> events.add(event.code()));
    }

    private FilestoreProbe probe(Filestore store) {
        return new FilestoreProbe(store, Optional.empty(), health, events(), held);
    }

    private void assertUp(boolean up) {
        assertThat(metrics.scrape())
                .contains("understudy_repository_up{repository=\"file:///store\",role=\"primary\",site=\"example\"} "
                        + (up ? "1.0" : "0.0"));
        assertThat(health.fault().isEmpty()).isEqualTo(up);
        assertThat(health.ready(Probe.up("ready")).ok()).isEqualTo(up);
    }

    @Test
    void followsAnOutageAndItsEndAndReportsEachOnce() {
        memory.put(OBJECT, Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        assertThat(health.ready(Probe.up("ready")).text()).contains("it was not asked yet");
        turn(probe);
        assertUp(true);

        memory.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        turn(probe);
        turn(probe);
        assertUp(false);

        memory.inject(Faults.none());
        turn(probe);
        turn(probe);
        assertUp(true);
        assertThat(events).containsExactly("filestore_works", "filestore_lost", "filestore_found");
    }

    private void turn(FilestoreProbe probe) {
        probe.begin();
        held.answer();
        probe.judge();
    }

    @Test
    void aRequestThatHangsCountsAsAFailureAndItsLateAnswerNoMore() {
        memory.put(OBJECT, Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        turn(probe);
        probe.begin();
        assertUp(true);
        probe.judge();
        assertUp(false);
        assertThat(health.fault().orElseThrow()).contains("no answer from").contains("within 4 s");
        assertThat(held.cancelled).isEqualTo(1);

        held.answer();
        assertUp(false);
        turn(probe);
        assertUp(true);
        assertThat(held.cancelled).isEqualTo(1);
    }

    @Test
    void whatHangsForGoodDoesNotPileUp() {
        memory.put(OBJECT, Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        held.full = true;
        probe.begin();
        probe.judge();
        assertUp(false);

        held.full = false;
        turn(probe);
        assertUp(true);
    }

    @Test
    void aFolderThatIsGoneOrEmptyIsAnOutage() throws IOException {
        Path root = Files.createDirectory(folder.resolve("store"));
        Files.writeString(root.resolve(OBJECT), "{}");
        try (Filestore store = real("file://" + root, "")) {
            FilestoreProbe probe = probe(store);
            turn(probe);
            assertUp(true);

            Files.move(root, folder.resolve("away"));
            turn(probe);
            assertUp(false);
            assertThat(health.fault().orElseThrow()).contains("the folder is not there");

            Files.createDirectory(root);
            turn(probe);
            assertThat(health.fault().orElseThrow()).contains("there is no understudy.json");
            Files.delete(root);

            Files.move(folder.resolve("away"), root);
            turn(probe);
            assertUp(true);
        }
    }

    /** Agents go on without the object, which nothing signs, where their own are there. */
    @Test
    void anIdentityThatIsGoneOrMayNotBeReadIsNoOutage() {
        memory.put("epochs/00000001.json", Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        turn(probe);
        assertUp(true);

        memory.inject((operation, key) ->
                key.equals(OBJECT) ? new Faults.Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None());
        turn(probe);
        assertUp(true);

        memory.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));
        turn(probe);
        assertUp(false);
    }

    @Test
    void anS3StoreThatRefusesConnectionsIsAnOutage() throws IOException {
        try (ClosedPort closed = new ClosedPort();
                Filestore store = real("s3://bucket/example", "http://127.0.0.1:" + closed.number())) {
            turn(probe(store));
            assertUp(false);
        }
    }

    /** With the threads that the agents have. */
    @Test
    void anS3StoreThatHangsIsAnOutageAndKeepsNoThread() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Filestore store = real("s3://bucket/example", "http://127.0.0.1:" + silent.getLocalPort());
                FilestoreProbe probe = new FilestoreProbe(store, Optional.empty(), health, events())) {
            probe.begin();
            try (Socket request = silent.accept()) {
                assertThat(request.getInputStream().read()).isNotNegative();
                probe.judge();
                assertUp(false);
                Awaitility.await()
                        .until(() -> Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().equals("filestore-request")
                                        && thread.getState() == Thread.State.WAITING
                                        && List.of(thread.getStackTrace())
                                                .toString()
                                                .contains("S3Requests")));
            }
        }
    }

    @Test
    void aFailedRequestCountsUntilOneOfItsKindSucceeds() {
        memory.put(OBJECT, Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        turn(probe);
        seen("whole_list", false);
        seen("list", true);
        turn(probe);
        assertUp(false);
        assertThat(health.fault()).hasValue("requests to the filestore failed: whole_list");

        seen("whole_list", true);
        assertUp(true);
    }

    @Test
    void aFailedRequestOfAnOutageOrOfLongAgoCountsNoMore() {
        memory.put(OBJECT, Content.of(new byte[1]));
        FilestoreProbe probe = probe(memory);
        turn(probe);
        memory.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));
        seen("put", false);
        turn(probe);
        memory.inject(Faults.none());
        turn(probe);
        assertUp(true);

        seen("put", false);
        time.advance(Duration.ofMinutes(15));
        assertUp(false);
        time.advance(Duration.ofSeconds(1));
        assertUp(true);
    }

    @Test
    void whatTheAgentLacksItselfIsSaidFirst() {
        assertThat(health.ready(Probe.down("nothing was imported yet")).text()).isEqualTo("nothing was imported yet");
    }

    /** The end of an outage: just before the next request. Its begin: just after the last one was answered. */
    @Test
    void anOutageIsKnownWithinFifteenSeconds() {
        assertThat(FilestoreProbe.EVERY.plus(FilestoreProbe.BOUND).toSeconds()).isLessThan(15);
    }

    private void seen(String operation, boolean available) {
        health.receive(new CommonEvent.FilestoreSeen(operation, available), time.now());
    }

    private static Filestore real(String url, String endpoint) {
        return Filestores.open(S3Server.settings(
                URI.create(url),
                Duration.ofSeconds(30),
                new Endpoint(
                        Optional.of(endpoint).filter(text -> !text.isEmpty()).map(URI::create),
                        Optional.of("us-east-1"),
                        true),
                S3Server.keys("key", "key")));
    }
}

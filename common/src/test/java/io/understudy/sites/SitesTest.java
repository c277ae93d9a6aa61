package io.understudy.sites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.SiteFolder;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.HttpEndpoint;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.SiteThreads;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents that are made up, each with its own behaviour, on the real threads of their sites. */
@Timeout(120)
class SitesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    Path folder;

    /** An agent whose site is not named here runs until its end. */
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();

    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final Attempts attempts = new Attempts();
    private final CountDownLatch hung = new CountDownLatch(1);
    private Sites sites;
    /** Only what a test lets hang is not waited for: a busy machine reads a file and ends a thread slowly, too. */
    private Duration readLimit = LONG;

    private Duration endLimit = LONG;

    private interface Behaviour {
        void run(Runnable up) throws InterruptedException;
    }

    /** A pause lasts until the test lets the next attempt begin. */
    private static final class Attempts implements Ticker {
        private final Semaphore next = new Semaphore(0, true);

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
            next.acquire();
        }
    }

    private final class Fake implements SiteAgent {
        private final String site;

        Fake(Settings settings) {
            this.site = settings.site();
        }

        @Override
        public void run(Runnable up) throws InterruptedException {
            behaviours.getOrDefault(site, SitesTest::untilInterrupted).run(up);
        }

        @Override
        public void ending() {
            ended.add("ending " + site);
        }

        @Override
        public void close() {
            ended.add("closed " + site);
        }
    }

    private static void untilInterrupted(Runnable up) throws InterruptedException {
        up.run();
        new CountDownLatch(1).await();
    }

    /** As a disk that does not answer: no interrupt ends it. */
    private void hang() {
        boolean over = false;
        while (!over) {
            try {
                hung.await();
                over = true;
            } catch (InterruptedException e) {
                // Not by this.
            }
        }
    }

    private void write(String site, String more) throws IOException {
        Files.writeString(folder.resolve(site + ".yaml"), yaml(site, more));
    }

    private String yaml(String site, String more) {
        int port = 20000 + site.hashCode() % 10000;
        return """
                site: %1$s
                state: %2$s/%1$s/state
                marker: %2$s/%1$s/BACKUP
                database: {url: "jdbc:postgresql://localhost/%1$s", user: site}
                filestore: {url: "file://%2$s/%1$s/store"}
                primary: {listen: "127.0.0.1:0", http: "127.0.0.1:%3$d"}
                replica: {http: "127.0.0.1:0"}
                %4$s""".formatted(site, folder, port, more);
    }

    private void start() {
        Role role = new Role("primary", settings -> settings.primary().http(), Fake::new, endLimit);
        Events events = new Events(Clock.systemUTC(), (event, at) -> reported.add(event));
        sites = Sites.of(
                SiteFolder.of(folder), new SiteRun.Parts(role, events, Clock.systemUTC(), attempts), readLimit);
        sites.start();
    }

    @AfterEach
    void end() {
        hung.countDown();
        if (sites != null) {
            sites.close();
        }
    }

    private double up(String site) {
        return sites.view()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("understudy_site_up{") && line.contains("site=\"" + site + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private void awaitUp(String site) {
        await().until(() -> up(site) == 1);
    }

    private void awaitFailure(String site) {
        await().until(() -> reported.stream()
                .anyMatch(event -> event instanceof CommonEvent.SiteFails failure
                        && failure.site().equals(site)));
    }

    @Test
    void oneThatIsBrokenAndOneThatHangsDelayNoOther() throws Exception {
        write("blog", "");
        Files.writeString(folder.resolve("broken.yaml"), "sight: broken\n");
        write("hanging", "");
        write("refused", "");
        behaviours.put("hanging", up -> hang());
        behaviours.put("refused", up -> {
            throw new UnderstudyException(ErrorCode.LOCKED, "cannot start: it runs here already", "stop that");
        });
        start();

        awaitUp("blog");
        awaitFailure("broken");
        awaitFailure("refused");
        assertThat(up("broken") + up("hanging") + up("refused")).isZero();
        assertThat(sites.view().ready().ok()).isFalse();
        assertThat(sites.view().ready().text())
                .contains(
                        "broken does not run: ", "broken.yaml", "hanging starts", "refused does not run: cannot start")
                .doesNotContain("blog", "\n");
        assertThat(sites.view().html())
                .contains("it runs here already", "Hint: stop that", "<code>locked</code>", "blog</td><td>runs");

        write("broken", "");
        behaviours.remove("refused");
        attempts.next.release(2);
        awaitUp("broken");
        awaitUp("refused");
        assertThat(ended).as("the one that ran went on").doesNotContain("closed blog");
    }

    @Test
    void allEndAtOnceAndAHangingOneIsNotWaitedForLongerThanTheLimit() throws Exception {
        write("blog", "");
        write("shop", "");
        write("hanging", "");
        behaviours.put("hanging", up -> {
            up.run();
            hang();
        });
        endLimit = SHORT;
        start();
        awaitUp("blog");
        awaitUp("shop");
        awaitUp("hanging");
        assertThat(sites.view().ready().text()).isEqualTo("3 sites run");

        sites.close();

        await().untilAsserted(() -> assertThat(ended)
                .contains("ending blog", "ending shop", "ending hanging", "closed blog", "closed shop"));
        assertThat(ended).doesNotContain("closed hanging");
        assertThat(reported).contains(new CommonEvent.SiteStopsLate("hanging"));
        assertThat(reported)
                .as("an end that was asked for is no failure")
                .noneMatch(CommonEvent.SiteFails.class::isInstance);
    }

    @Test
    void oneThatDiesIsStartedAgainAndSaysTheSameReasonOnce() throws Exception {
        write("blog", "");
        behaviours.put("blog", up -> {
            throw new IllegalStateException("a defect");
        });
        start();
        awaitFailure("blog");
        attempts.next.release();
        await().until(() -> failures().size() == 2);

        assertThat(failures()).extracting(CommonEvent.SiteFails::again).containsExactly(false, true);
        assertThat(failures().get(0).why().code()).isEqualTo(ErrorCode.INTERNAL);
        behaviours.put("blog", Runnable::run);
        attempts.next.release();
        await().until(() -> failures().size() == 3);
        assertThat(failures().get(2).why()).hasMessageContaining("ended by itself");
    }

    private List<CommonEvent.SiteFails> failures() {
        return reported.stream()
                .filter(CommonEvent.SiteFails.class::isInstance)
                .map(CommonEvent.SiteFails.class::cast)
                .toList();
    }

    @Test
    void ofTwoThatShareSomethingNoneStartsAndTheOthersDo() throws Exception {
        write("blog", "");
        write("one", "trees: [{name: media, kind: files, path: /srv/media}]\n");
        write("two", "trees: [{name: all, kind: files, path: /srv}]\n");
        start();

        awaitUp("blog");
        awaitFailure("one");
        awaitFailure("two");
        assertThat(up("one") + up("two")).isZero();
        assertThat(sites.view().ready().text())
                .contains("trees.media (/srv/media) meets trees.all of two (/srv)")
                .contains("trees.all (/srv) meets trees.media of one (/srv/media)");

        write("two", "");
        attempts.next.release(1000);
        awaitUp("two");
        awaitUp("one");
    }

    /** As a file on a server that does not answer. */
    @Test
    void aConfigurationThatIsNotReadDelaysTheOthersForTheLimitOnly() throws Exception {
        write("blog", "");
        Path pipe = folder.resolve("hanging.yaml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        readLimit = SHORT;
        start();

        awaitUp("blog");
        assertThat(up("hanging")).isZero();
        Files.writeString(pipe, "sight: hanging\n");
        awaitFailure("hanging");
        assertThat(up("blog")).as("what ran first runs on").isEqualTo(1);
    }

    @Test
    void itsThreadsKnowTheirSite() throws Exception {
        Map<String, String> seen = new ConcurrentHashMap<>();
        write("blog", "");
        behaviours.put("blog", up -> {
            var pool = DaemonThreads.named("pool");
            Thread foreign = new Thread(SiteThreads.of(
                    "other",
                    () -> pool.newThread(
                                    () -> seen.put("pool", SiteThreads.current().orElse("")))
                            .start()));
            foreign.start();
            Thread own = new Thread(() -> seen.put("own", SiteThreads.current().orElse("")));
            own.start();
            DaemonThreads.later(
                    "later",
                    Duration.ZERO,
                    () -> seen.put("later", SiteThreads.current().orElse("")));
            untilInterrupted(up);
        });
        start();

        await().until(() -> seen.size() == 3);
        assertThat(seen).isEqualTo(Map.of("pool", "blog", "own", "blog", "later", "blog"));
        assertThat(SiteThreads.current()).isEmpty();
    }

    @Test
    void theListIsServed() throws Exception {
        write("blog", "");
        Files.writeString(folder.resolve("broken.yaml"), "site: <b>\n");
        start();
        awaitUp("blog");
        awaitFailure("broken");
        try (HttpEndpoint list = sites.view().serve(new HostPort("127.0.0.1", 0))) {
            assertThat(get(list, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(list, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(list, "/").body())
                    .contains("<h1>Sites of agent-primary</h1>")
                    .doesNotContain("<b>");
            assertThat(get(list, "/metrics").body())
                    .contains("understudy_site_up{role=\"primary\",site=\"blog\"} 1.0")
                    .contains("understudy_site_up{role=\"primary\",site=\"broken\"} 0.0");
        }
    }

    private static HttpResponse<String> get(HttpEndpoint list, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + list.port() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theAddressOfTheListIsCheckedFirst() {
        assertThat(Overview.of(null, false)).isEmpty();
        assertThat(Overview.of("[::1]:9466", true)).isEqualTo(Optional.of(new HostPort("::1", 9466)));
        assertThatThrownBy(() -> Overview.of("9466", true)).hasMessageContaining("must be host:port: 9466");
        assertThatThrownBy(() -> Overview.of("127.0.0.1:9466", false)).hasMessageContaining("is for several sites");
    }
}

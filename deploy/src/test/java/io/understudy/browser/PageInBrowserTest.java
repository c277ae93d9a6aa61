package io.understudy.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.config.HostPort;
import io.understudy.metrics.HttpEndpoint;
import io.understudy.metrics.HttpPage;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.Probe;
import io.understudy.page.Page;
import io.understudy.page.PageHtml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The status page in a real Chromium: {@code deploy/soak --page}. It makes the screenshots of the pages, too. */
@EnabledIfSystemProperty(named = "understudy.browser", matches = "true")
class PageInBrowserTest {
    private static final String HOSTILE =
            "</style></title><script>hacked=1</script><img src=x onerror=hacked=1> \"'& averylongwordwithoutanybreak"
                    .repeat(3);
    private static final Path IMAGES = Path.of("docs/images");
    private static final int TAB = 9;

    @TempDir
    static Path folder;

    private static Chromium browser;

    private HttpEndpoint endpoint;

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start(Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void end() throws Exception {
        browser.close();
    }

    @AfterEach
    void stop() {
        if (endpoint != null) {
            endpoint.close();
        }
    }

    private void open(Page page) {
        endpoint = HttpEndpoint.start(
                new HostPort("127.0.0.1", 0),
                new Metrics("example", "replica", "1"),
                () -> Probe.up("lives"),
                () -> Probe.up("follows"),
                new HttpPage(PageHtml.POLICY, () -> Optional.of(PageHtml.of(page))));
        browser.open("http://127.0.0.1:" + endpoint.port() + "/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void hasItsStyleAndLoadsNothingElse(String scheme) {
        browser.window(1100, 900);
        browser.prefer(scheme);
        open(SamplePages.ready());
        String ground = scheme.equals("light") ? "rgb(251, 250, 247)" : "rgb(21, 25, 26)";
        assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText())
                .isEqualTo(ground);
        assertThat(browser.happened("Network.requestWillBeSent").stream()
                        .map(each -> each.path("request").path("url").asText())
                        .filter(url -> !url.endsWith("/favicon.ico")))
                .hasSize(1);
        assertThat(browser.happened("Log.entryAdded").stream()
                        .map(JsonNode::toString)
                        .filter(entry -> !entry.contains("favicon")))
                .isEmpty();
        assertThat(browser.happened("Runtime.exceptionThrown")).isEmpty();
    }

    @Test
    void whatComesFromElsewhereIsTextAndNothingElse() {
        browser.window(1100, 900);
        open(SamplePages.troubled(HOSTILE));
        assertThat(browser.evaluate("typeof hacked").asText()).isEqualTo("undefined");
        assertThat(browser.evaluate("document.querySelectorAll('script,img').length")
                        .asInt())
                .isZero();
        assertThat(browser.evaluate("document.title").asText()).contains("<script>hacked=1</script>");
    }

    /** Web Content Accessibility Guidelines 2.2, 1.4.10: no scrolling in two directions at 320 pixels. */
    @ParameterizedTest
    @ValueSource(ints = {320, 390, 768, 1280})
    void fitsIntoAnyWindow(int width) {
        browser.window(width, 800);
        open(SamplePages.troubled(HOSTILE));
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);
    }

    /** All that can be used is reached by the keyboard, in the order of the page, and shows that it is. */
    @Test
    void isUsedByTheKeyboard() {
        browser.window(390, 800);
        open(SamplePages.ready());
        List<String> reached = new ArrayList<>();
        browser.evaluate("document.querySelector('details').open=true");
        for (int i = 0; i < 8; i++) {
            browser.press("Tab", TAB);
            reached.add(browser.evaluate(
                            "document.activeElement.getAttribute('aria-label')||document.activeElement.textContent")
                    .asText());
            assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                            .asText())
                    .as(reached.toString())
                    .isEqualTo("solid");
        }
        assertThat(reached)
                .containsExactly(
                        "Primaries",
                        "Filestores",
                        "Snapshots over their age",
                        "52 snapshots in words, newest first",
                        "Snapshots, newest first",
                        "Look again",
                        "metrics",
                        "readiness");
    }

    @Test
    void aScreenReaderHearsWhatTheSignsShow() {
        browser.window(1100, 900);
        open(SamplePages.troubled("trouble"));
        browser.evaluate("document.querySelector('details').open=true");
        List<String> spoken = browser.spoken();
        assertThat(spoken)
                .contains("heading: trouble on trouble", "heading: Could we switch now?", "heading: What is wrong")
                .anySatisfy(each -> assertThat(each).startsWith("image: 52 snapshots over their age"))
                .anySatisfy(each -> assertThat(each).startsWith("progressbar: ").contains("load 00000001-00000414"))
                .anySatisfy(each -> assertThat(each).startsWith("columnheader: Periods"))
                .anySatisfy(each -> assertThat(each).contains("look at it"))
                .anySatisfy(each -> assertThat(each).contains("act now"));
    }

    /** Those that the documents show; written into them with {@code -Dunderstudy.rewrite=true}. */
    @ParameterizedTest
    @ValueSource(strings = {"status-page-light 1000 light", "status-page-dark 390 dark"})
    void isShownInTheDocuments(String shot) throws IOException {
        String[] parts = shot.split(" ");
        browser.window(Integer.parseInt(parts[1]), 900);
        browser.prefer(parts[2]);
        open(SamplePages.ready());
        byte[] image = browser.screenshot();
        assertThat(image).startsWith(0x89, 'P', 'N', 'G').hasSizeGreaterThan(10_000);
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.createDirectories(IMAGES);
            Files.write(IMAGES.resolve(parts[0] + ".png"), image);
        }
    }
}

package io.understudy.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.cli.Problem;
import io.understudy.page.Page.DataAge;
import io.understudy.page.Page.Fact;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.page.Page.Verdict;
import io.understudy.repository.SnapshotId;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PageHtmlTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final String HOSTILE = "<script>alert('x')</script> & \"quoted\" \u202Eeno\u0007";

    private static Snapshot snapshot(int sequence, Duration age, String... periods) {
        SnapshotId id = new SnapshotId(1, sequence);
        return new Snapshot(id, id, NOW.minus(age), List.of(periods), 5_000_000, 12_345, "");
    }

    private static Page page(String text, DataAge age, Timeline timeline) {
        return new Page(
                new Page.Head(text, text, "agent-replica", "0.1.0", NOW),
                new Verdict(Level.GOOD, text, text),
                Optional.of(age),
                Optional.of(new Page.Progress(text, 25, 100)),
                List.of(Fact.plain(text, text), new Fact(text, text, Level.BAD)),
                List.of(new Page.Error(text, new Problem(text, text, text), Optional.of(NOW))),
                List.of(new Table(text, List.of(text), List.of(new Row(Level.CAUTION, List.of(text))))),
                timeline);
    }

    private static Page page(String text) {
        Timeline timeline = new Timeline(
                Optional.of(NOW),
                List.of(
                        snapshot(1, Duration.ofDays(400), "monthly", text),
                        snapshot(2, Duration.ofHours(3), "hourly"),
                        snapshot(3, Duration.ofSeconds(-5), "continuous")),
                7,
                Optional.of(text));
        return page(text, new DataAge(NOW.minusSeconds(30), Optional.of(Duration.ofMinutes(5))), timeline);
    }

    private static Document parsed(String html) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    @Test
    void isWellFormedAndNamesItsParts() throws Exception {
        Document document = parsed(PageHtml.of(page("example")));
        assertThat(document.getElementsByTagName("h1").item(0).getTextContent()).isEqualTo("example on example");
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(document.getElementsByTagName("progress")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("value")
                        .getNodeValue())
                .isEqualTo("25");
        assertThat(document.getElementsByTagName("main").item(0).getTextContent())
                .contains("Its data is 30 s old", "it may be 5 min old", "Hint: example", "7 older ones");
    }

    /** Every text of the model is a hostile one here. */
    @Test
    void escapesWhateverItShows() throws Exception {
        String html = PageHtml.of(page(HOSTILE));
        assertThat(html).doesNotContain("<script", "\u202E", "\u0007").contains("&lt;script&gt;", "\uFFFDeno\uFFFD");
        NodeList all = parsed(html).getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            assertThat(all.item(i).getNodeName()).isNotEqualTo("script");
        }
    }

    @Test
    void loadsNothingAndRunsNothing() {
        String html = PageHtml.of(page("example"));
        assertThat(html).doesNotContain("src=", "http://", "https://", "onclick", "style=", "@import", "url(");
    }

    /** As a browser does it: the hash of what stands between the tags. */
    @Test
    void itsPolicyAllowsItsOwnStyleAlone() throws Exception {
        Matcher style = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL).matcher(PageHtml.of(page("example")));
        assertThat(style.find()).isTrue();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(PageHtml.POLICY)
                .startsWith("default-src 'none'; ")
                .contains("style-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
                .contains("frame-ancestors 'none'", "form-action 'none'")
                .doesNotContain("unsafe", "*");
    }

    @Test
    void saysThatDataIsOlderThanItMayBe() {
        DataAge old = new DataAge(NOW.minus(Duration.ofHours(3)), Optional.of(Duration.ofHours(2)));
        String html = PageHtml.of(page("example", old, Timeline.UNREAD));
        assertThat(html).contains("class=\"sign bad\"", "The repository was not read yet.");
        assertThat(old.isOver(NOW)).isTrue();
        assertThat(old.isOver(NOW.minus(Duration.ofHours(1)))).isFalse();
    }

    @Test
    void thereMayBeNoTarget() {
        DataAge age = new DataAge(NOW.plusSeconds(5), Optional.empty());
        assertThat(PageHtml.of(page("example", age, Timeline.UNREAD))).contains("is 0 s old", "no target is set");
    }

    /** Web Content Accessibility Guidelines 2.2, 1.4.3: text of 4.5 to 1 at least, in both schemes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ink card",
                "ink ground",
                "soft card",
                "soft ground",
                "good card",
                "caution card",
                "bad card",
                "plain card",
                "plain ground",
                "good goodground",
                "caution cautionground",
                "bad badground",
                "plain plainground",
                "ink goodground",
                "ink cautionground",
                "ink badground",
                "ink plainground",
                "soft badground"
            })
    void isReadableInLightAndDark(String pair) {
        String[] names = pair.split(" ");
        List<String> schemes = List.of(StyleSheet.TEXT.split("@media \\(prefers-color-scheme:dark\\)"));
        assertThat(schemes).hasSize(2);
        for (String scheme : schemes) {
            double one = luminance(colour(scheme, names[0]));
            double other = luminance(colour(scheme, names[1]));
            double contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            assertThat(contrast).as(pair).isGreaterThanOrEqualTo(4.5);
        }
    }

    private static int colour(String scheme, String name) {
        Matcher found = Pattern.compile("--" + name + ":#([0-9a-f]+)").matcher(scheme);
        assertThat(found.find()).as(name).isTrue();
        String digits = found.group(1);
        return Integer.parseInt(digits.length() == 3 ? digits.replaceAll("(.)", "$1$1") : digits, 16);
    }

    private static double luminance(int colour) {
        return 0.2126 * linear(colour >> 16 & 255) + 0.7152 * linear(colour >> 8 & 255) + 0.0722 * linear(colour & 255);
    }

    private static double linear(int value) {
        double share = value / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}

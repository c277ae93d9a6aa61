package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.metrics.Metric;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said of the dashboard without agents; {@code AlertsIT} puts its queries to real ones. */
class DashboardTest {
    private static final String DATASOURCE = "${datasource}";
    private static final int WIDTH = 24;

    private final Dashboard dashboard = Dashboard.shipped();

    @TempDir
    Path folder;

    @Test
    void isADashboardThatGrafanaReads() {
        assertThat(dashboard.json().path("schemaVersion").asInt()).isBetween(36, 42);
        assertThat(dashboard.json().path("uid").asText()).isEqualTo("understudy");
        assertThat(dashboard.json().has("id"))
                .as("an id belongs to one installation")
                .isFalse();
        assertThat(dashboard.panels().map(panel -> panel.path("id").asInt()))
                .isNotEmpty()
                .doesNotHaveDuplicates();
        assertThat(dashboard.panels()).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(panel.path("description").asText()).isNotEmpty();
        });
    }

    @Test
    void asksTheChosenPrometheusForTheChosenSite() {
        assertThat(dashboard.variables().map(variable -> variable.path("name").asText()))
                .containsExactly("datasource", "site", "rpo");
        assertThat(dashboard.variables().findFirst().orElseThrow().path("type").asText())
                .isEqualTo("datasource");
        assertThat(dashboard.json().findValues("datasource").stream().filter(JsonNode::isObject))
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source.path("uid").asText()).isEqualTo(DATASOURCE));
        assertThat(dashboard.queries("here"))
                .isNotEmpty()
                .allSatisfy(query -> assertThat(query.expression()).doesNotContain("$"))
                .filteredOn(query -> query.expression().contains("understudy_"))
                .allSatisfy(query -> assertThat(query.expression().split("understudy_\\w+\\{", -1).length)
                        .isEqualTo(query.expression().split("site=\"here\"", -1).length));
    }

    @Test
    void panelsFillTheirLinesAndCoverNoOther() {
        Set<List<Integer>> covered = new HashSet<>();
        dashboard
                .panels()
                .forEach(panel -> cells(panel.path("gridPos")).forEach(cell -> {
                    assertThat(cell.get(0)).as(panel.path("title").asText()).isBetween(0, WIDTH - 1);
                    assertThat(covered.add(cell))
                            .as(panel.path("title").asText())
                            .isTrue();
                }));
        assertThat(covered.size() % WIDTH).as("cells of unfinished lines").isZero();
    }

    @Test
    void namesOnlyMetricsThatTheAgentsExport() {
        Pattern name = Pattern.compile("understudy_\\w+");
        Set<String> exported = new HashSet<>(Set.of("understudy_build_info"));
        for (Metric metric : Metric.values()) {
            boolean histogram = metric.kind() == Metric.Kind.TIMER;
            exported.addAll(
                    histogram
                            ? List.of(metric.exported() + "_sum", metric.exported() + "_count")
                            : List.of(metric.exported()));
        }

        assertThat(dashboard.queries("here").stream()
                        .flatMap(query -> name.matcher(query.expression()).results())
                        .map(found -> found.group()))
                .isNotEmpty()
                .allSatisfy(found -> assertThat(exported).contains(found));
    }

    @Test
    void everyQueryIsPromQl() throws IOException {
        List<Dashboard.Query> queries = dashboard.queries("here");
        List<Map<String, String>> rules = IntStream.range(0, queries.size())
                .mapToObj(i ->
                        Map.of("record", "query:" + i, "expr", queries.get(i).expression()))
                .toList();
        Path file = folder.resolve("rules.yml");
        Files.writeString(
                file,
                new ObjectMapper()
                        .writeValueAsString(Map.of("groups", List.of(Map.of("name", "queries", "rules", rules)))));

        Outcome result = PrometheusTools.promtool("check", "rules", file);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.output()).contains(queries.size() + " rules found");
    }

    private static Stream<List<Integer>> cells(JsonNode at) {
        int x = at.path("x").asInt();
        int y = at.path("y").asInt();
        return IntStream.range(x, x + at.path("w").asInt())
                .boxed()
                .flatMap(
                        column -> IntStream.range(y, y + at.path("h").asInt()).mapToObj(line -> List.of(column, line)));
    }
}

package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.distribution.Dashboard;
import io.understudy.distribution.Promtool;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a Prometheus that scrapes the agents would hold: every series that has a value, with the labels that Prometheus
 * adds.
 */
final class LiveSeries {
    private static final Pattern LINE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Pattern ANSWER = Pattern.compile(
            "(?s)expr: (\"(?:\\\\.|[^\"\\\\])*\"), time: \\S+\\s+exp: nil\\s+got: (.*?)(?=\\n\\s+expr: |$)");

    private final Map<String, String> values = new LinkedHashMap<>();

    /** @param text of one agent's {@code /metrics} */
    void scraped(String instance, String text) {
        String added = "instance=\"" + instance + "\",job=\"understudy\"";
        LINE.matcher(text)
                .results()
                .filter(line -> !line.group(3).equals("NaN"))
                .forEach(line -> {
                    String labels = line.group(2) == null ? added : added + "," + line.group(2);
                    values.put(line.group(1) + "{" + labels + "}", line.group(3));
                });
        // Prometheus' own: one of each target, one of each alert that fires.
        values.put("up{" + added + "}", "1");
        values.put("ALERTS{alertname=\"UnderstudyTest\",alertstate=\"firing\"," + added + "}", "1");
    }

    /** Metric and label names of each series: {@code name[label, label]}. */
    Set<String> shapes() {
        Set<String> shapes = new TreeSet<>();
        values.keySet().forEach(series -> shapes.add(shape(series)));
        return shapes;
    }

    static String shape(String series) {
        Set<String> labels = new TreeSet<>(
                LABEL.matcher(series).results().map(label -> label.group(1)).toList());
        return series.replaceFirst("\\{.*", "") + labels;
    }

    /** @return the answer to each query that has one: the series and their values, as promtool prints them */
    Map<String, String> ask(List<Dashboard.Query> queries, Path folder) {
        List<Map<String, Object>> expressions = new ArrayList<>();
        queries.forEach(query ->
                expressions.add(Map.of("expr", query.expression(), "eval_time", "30m", "exp_samples", List.of())));
        List<Map<String, String>> series = new ArrayList<>();
        values.forEach((name, value) -> series.add(Map.of("series", name, "values", plain(value) + "+0x30")));
        Map<String, Object> test = Map.of("interval", "1m", "input_series", series, "promql_expr_test", expressions);
        Path file = folder.resolve("live.test.yml");
        try {
            Files.writeString(
                    file,
                    new ObjectMapper().writeValueAsString(Map.of("evaluation_interval", "1m", "tests", List.of(test))));
            Outcome outcome = Promtool.required().run("test", "rules", file);
            assertThat(outcome.errors()).as("what promtool complains of").contains("got: ");
            return answers(outcome.errors());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** promtool expects nothing, and so complains of every answer. */
    private static Map<String, String> answers(String complaints) throws IOException {
        Map<String, String> answers = new LinkedHashMap<>();
        for (MatchResult complaint : ANSWER.matcher(complaints).results().toList()) {
            answers.put(new ObjectMapper().readValue(complaint.group(1), String.class), complaint.group(2));
        }
        return answers;
    }

    private static String plain(String value) {
        return new BigDecimal(value).toPlainString();
    }
}

package io.understudy.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Grafana dashboard that is shipped. */
public record Dashboard(JsonNode json) {
    private static final Path FILE = Path.of("../deploy/grafana/understudy.json");
    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

    /**
     * One query of a panel.
     *
     * @param expression PromQL, its variables replaced by values
     * @param legend labels that name its series
     */
    public record Query(String panel, String expression, List<String> legend) {}

    public static Dashboard shipped() {
        try {
            return new Dashboard(new ObjectMapper().readTree(FILE.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Stream<JsonNode> panels() {
        return Stream.of(json.at("/panels")).flatMap(panels -> children(panels).stream());
    }

    public Stream<JsonNode> variables() {
        return children(json.at("/templating/list")).stream();
    }

    /** Of all panels, as they are sent for this site. */
    public List<Query> queries(String site) {
        return panels().flatMap(panel -> children(panel.at("/targets")).stream()
                        .map(target -> new Query(
                                panel.path("title").asText(),
                                target.path("expr")
                                        .asText()
                                        .replace("$site", site)
                                        .replace("$rpo", "7200"),
                                labels(target.path("legendFormat").asText()))))
                .toList();
    }

    static List<JsonNode> children(JsonNode array) {
        List<JsonNode> children = new ArrayList<>();
        array.forEach(children::add);
        return children;
    }

    private static List<String> labels(String legend) {
        return LABEL.matcher(legend).results().map(label -> label.group(1)).toList();
    }
}

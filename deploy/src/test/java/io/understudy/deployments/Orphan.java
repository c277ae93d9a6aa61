package io.understudy.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Outcome;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What an old primary never shipped, as commands on a server of the site show it. */
record Orphan(SiteServer at, String id) {
    /** Rows of a table, by column, that it has and the newest snapshot has not. */
    List<JsonNode> rows(String table) {
        return only("rows", "--rows", table).map(each -> each.path("row")).toList();
    }

    /** Paths that it has and the newest snapshot has not: {@code media/2026/a.jpg}. */
    List<String> files() {
        return only("paths", "--files").map(each -> each.path("path").asText()).toList();
    }

    /** Whether it has a file: one that was shipped before its row is on the server, too. */
    Predicate<String> filesOrShipped() {
        Set<String> own = Set.copyOf(files());
        return path -> own.contains(path) || Files.exists(at.inTree(path));
    }

    private Stream<JsonNode> only(String field, String... options) {
        String[] words = Arrays.copyOf(options, options.length + 1);
        words[options.length] = "--json";
        JsonNode diff = commanded("diff", words).json();
        return StreamSupport.stream(diff.path(field).spliterator(), false)
                .filter(each -> each.path("change").asText().equals("-"));
    }

    /** What a command has dumped of a database. */
    String dump(String database) {
        return commanded("dump", "--database", database).output();
    }

    /** A file of it. @param path as {@link #files} names it */
    String file(String path) {
        return commanded("cat", path).output();
    }

    /** What differs from the last snapshot that the old primary shipped, for people. */
    String shown() {
        return commanded("show").output();
    }

    private Outcome commanded(String command, String... words) {
        return at.run(Stream.concat(Stream.of("agent-replica", "orphans", command, id), Stream.of(words))
                        .toArray())
                .successful();
    }
}

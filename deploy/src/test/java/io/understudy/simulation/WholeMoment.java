package io.understudy.simulation;

import io.understudy.simulation.Contents.Content;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Watches promise 3 in a snapshot: it is one moment of the whole site. */
final class WholeMoment {
    private WholeMoment() {}

    /** One moment of the whole site: what was written together is there together, and each row's file is there. */
    static void require(String snapshot, Content content) {
        String notes = content.tables().getOrDefault("note", "");
        String stamp = content.tables().getOrDefault("stamp", "").strip();
        String[] rows = notes.strip().split("\n");
        String last = Arrays.stream(rows)
                .map(row -> row.split("\t")[0])
                .max(Comparator.comparing(Integer::valueOf))
                .orElseThrow();
        String logged = content.tables().getOrDefault("log", "").strip();
        if (!last.equals(stamp) || !logged.endsWith("note " + stamp)) {
            throw Promise.NEVER_MIXED.broken(snapshot + " holds tables of different moments: " + content.tables());
        }
        for (String row : rowsOf(notes, content.tables().getOrDefault(Users.SLOW, ""))) {
            String file = row.split("\t")[1];
            if (!content.files().containsKey("media/" + file)) {
                throw Promise.NEVER_MIXED.broken(snapshot + " has a row without its file " + file);
            }
        }
    }

    private static List<String> rowsOf(String... tables) {
        return Arrays.stream(tables).flatMap(String::lines).toList();
    }
}

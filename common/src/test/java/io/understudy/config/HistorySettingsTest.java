package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Period;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tables have a history beyond the snapshots. */
class HistorySettingsTest {
    private static final String HOST = """
            site: example
            marker: /srv/BACKUP
            database: {url: "jdbc:postgresql://db.example.net:5433/shop", user: shop}
            trees:
              - {name: config, kind: config, path: /srv/config}
            filestore: {url: "file:///backups"}
            """;

    @TempDir
    Path folder;

    private HistorySettings load(String tables) throws IOException {
        Path file =
                Files.writeString(folder.resolve("understudy.yaml"), HOST + "history: {tables: [" + tables + "]}\n");
        return SettingsFile.load(file, Map.of()).history();
    }

    @Test
    void rulesHaveAgesByTheCalendar() throws IOException {
        assertThat(load("{table: rsc, keep: 18 months}, {table: shop.users, keep: 2 weeks, deleted: 30 days}")
                        .tables())
                .containsExactly(
                        new HistoryRule("public", "rsc", Period.ofMonths(18), Optional.empty()),
                        new HistoryRule("shop", "users", Period.ofDays(14), Optional.of(Period.ofDays(30))));
        assertThat(HistoryRule.before(Instant.parse("2026-03-31T10:00:00Z"), Period.ofMonths(1)))
                .isEqualTo("2026-02-28T10:00:00Z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{table: rsc, keep: 0 days} | must be an age such as 90 days",
                "{table: rsc, keep: 12 hours} | must be an age such as 90 days",
                "{table: rsc, keep: 1 year, deleted: never} | must be an age such as 90 days",
                "{table: a.b.c, keep: 1 year} | must be table or schema.table, without quotes: a.b.c",
                "{table: .b, keep: 1 year} | must be table or schema.table",
                "{keep: 1 year} | history.tables[1].table",
                "{table: rsc} | history.tables[1].keep",
                "{table: rsc, keep: 1 year, keeps: 2} | keeps",
                "{table: rsc, keep: 1 year}, {table: public.rsc, keep: 2 years} | must name each table once"
            })
    void faultsAreListed(String tables, String fault) {
        assertThatThrownBy(() -> load(tables))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(fault);
    }
}

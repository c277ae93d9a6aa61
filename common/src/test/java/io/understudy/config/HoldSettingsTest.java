package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code holds} and {@code closure} of the configuration. */
class HoldSettingsTest {
    private static final String REST = """
            site: s
            marker: /srv/BACKUP
            database: {url: "jdbc:postgresql://h/d", user: u}
            trees: [{name: media, kind: files, path: /srv/media}]
            filestore: {url: "file:///store"}
            """;

    @TempDir
    Path folder;

    private Settings read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), REST + text);
        return SettingsFile.load(file, Map.of());
    }

    @Test
    void nothingIsHeldWithoutThem() throws IOException {
        assertThat(read("").replica().holds()).isEqualTo(HoldSettings.NONE);
        assertThat(HoldSettings.NONE.isOn()).isFalse();
    }

    @Test
    void readsThem() throws IOException {
        Settings settings = read("""
                holds:
                  rows_drop: 30%
                  files_drop: 25
                  changed: 80 %
                  query: ["select count(*) > 0 from users where is_admin;"]
                  min_rows: 10
                closure: [{tree: media, query: "select path from medium"}]
                """);
        HoldSettings holds = settings.replica().holds();
        assertThat(holds.drops().rows()).contains(30);
        assertThat(holds.drops().files()).contains(25);
        assertThat(holds.drops().bytes()).isEmpty();
        assertThat(holds.changed()).contains(80);
        assertThat(holds.encrypted()).isTrue();
        assertThat(holds.closureHolds()).isFalse();
        assertThat(holds.minRows()).isEqualTo(10);
        assertThat(holds.minBytes()).isEqualTo(1 << 20);
        assertThat(holds.queries()).containsExactly("select count(*) > 0 from users where is_admin");
        assertThat(settings.closure()).extracting(ClosureRule::query).containsExactly("select path from medium");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holds: {rows_drop: 130%}|must be a percentage, 0% to 100%: 130%",
                "holds: {rows_drop: many}|must be a percentage, 0% to 100%: many",
                "holds: {rows_drop: -1%}|must be a percentage, 0% to 100%: -1%",
                "holds: {row_drop: 30%}|unknown key holds.row_drop (did you mean rows_drop?)",
                "holds: {query: ['select 1; drop table x']}|must be one statement, without a semicolon",
                "holds: {closure: holds}|holds.closure must be one of warn, hold: holds",
                "closure: [{tree: medai, query: select 1}]|names no tree: medai (did you mean media?)",
                "closure: [{tree: media, sql: select 1}]|unknown key closure[1].sql",
                "hold: {rows_drop: 30%}|unknown key hold (did you mean holds?)"
            })
    void refusesWhatIsNone(String text, String fault) {
        assertThatThrownBy(() -> read(text + "\n"))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(fault);
    }
}

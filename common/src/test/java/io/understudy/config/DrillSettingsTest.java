package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrillSettingsTest {
    private static final String SITE = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            trees:
              - {name: config, kind: config, path: /etc/site}
            drill:
              start: [drill-site, start]
            """;

    @TempDir
    private Path folder;

    private Optional<DrillSettings> read(String text) {
        try {
            Path file = Files.writeString(folder.resolve("understudy.yaml"), text);
            return SettingsFile.load(file, Map.of()).failover().drill();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutTheSectionThereIsNone() {
        assertThat(read(SITE.substring(0, SITE.indexOf("drill:")))).isEmpty();
    }

    @Test
    void readsAllOfIt() {
        String more = """
                stop: [drill-site, stop]
                health: {http: "http://127.0.0.1:18080/health"}
                smoke:
                  - {name: login, command: [try, login]}
                write: [try, post]
                rewrite:
                  - {tree: config, path: "*.conf", replace: {"8080": "18080"}}
                leave_out: [config]
                schedule: "0 4 * * SUN"
                """;
        DrillSettings drill = read(SITE + more.indent(2)).orElseThrow();

        assertThat(drill.site().start()).containsExactly("drill-site", "start");
        assertThat(drill.site().health().orElseThrow().within()).isEqualTo(Duration.ofSeconds(60));
        assertThat(drill.site().smoke())
                .extracting(DrillSettings.SmokeTest::name)
                .containsExactly("login");
        assertThat(drill.site().write()).containsExactly("try", "post");
        assertThat(drill.rewrite())
                .singleElement()
                .satisfies(rule -> assertThat(rule.tree()).isEqualTo("config"));
        assertThat(drill.leaveOut()).containsExactly("config");
        assertThat(drill.schedule()).isPresent();
        assertThat(drill.maxAge()).isEqualTo(Duration.ofDays(8));
        assertThat(drill.keep()).isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "keep: 5 | drill.stop is missing",
                "stop: [x], schedule: never | drill.schedule is no cron expression",
                "stop: [x], leave_out: [confi] | did you mean config?",
                "stop: [x], health: {within: 5s} | drill.health.command must be set",
                "stop: [x], smoke: [{name: a}] | command is missing",
                "stop: [x], rewrite: [{tree: config, path: a}] | must hold texts",
                "stop: [x], folder: /etc/site/x | drill.folder lies in tree config",
                "stop: [x], sart: [y] | drill.sart"
            })
    void saysWhatIsWrong(String keys, String problem) {
        String text = SITE.substring(0, SITE.indexOf("drill:")) + "drill: {start: [a], " + keys + "}\n";

        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(problem);
    }
}

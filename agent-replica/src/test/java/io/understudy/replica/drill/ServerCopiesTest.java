package io.understudy.replica.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCopiesTest {
    @TempDir
    private Path folder;

    @Test
    void theReportNamesEachDatabaseThatTheCopySharesWithTheLiveSite() throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), """
                site: example
                marker: /srv/BACKUP
                filestore: {url: "file:///backups"}
                databases:
                  - {name: blog, preset: mariadb, schema: wordpress}
                  - {name: app, preset: sqlite, path: /srv/app.db}
                """);
        assertThat(ServerCopies.uncopied(SettingsFile.load(file)))
                .hasSize(2)
                .allMatch(line -> line.contains("the site's copy uses the LIVE one"))
                .anyMatch(line -> line.startsWith("database blog: "))
                .anyMatch(line -> line.startsWith("database app: "));
    }
}

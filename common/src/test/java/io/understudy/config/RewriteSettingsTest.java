package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.RewriteRule.Replacement;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules by which a standby makes files otherwise. */
class RewriteSettingsTest {
    private static final String HOST = """
            site: example
            marker: /srv/BACKUP
            database: {url: "jdbc:postgresql://db.example.net:5433/shop", user: shop}
            trees:
              - {name: config, kind: config, path: /srv/config}
              - {name: security, kind: secrets, path: /srv/security, apply: never}
            filestore: {url: "file:///backups"}
            replica: {name: standby-1}
            """;

    @TempDir
    Path folder;

    @Test
    void rulesAreReadInTheirOrderWithTheValuesOfThisServer() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "hush\n");
        List<RewriteRule> rules =
                load("""
                rewrite:
                  - tree: config
                    path: "**/*.conf"
                    replace:
                      "a.example.net": "${replica.name}.example.net"
                      "port=1": "${database.host}:${database.port}/${database.name} as ${database.user}, ${site.name}"
                  - {tree: config, path: mail.conf, from: "secret=1", to_file: %s}
                  - {tree: config, path: raw.conf, from: "$${HOST}", to: "$${replica.name} ${HOST}"}
                  - {tree: config, overlay: /etc/understudy/overlay}
                """.formatted(secret)).replica().changes().rewrite();

        assertThat(rules)
                .containsExactly(
                        new RewriteRule(
                                1,
                                "config",
                                Optional.of("**/*.conf"),
                                List.of(
                                        new Replacement("a.example.net", "standby-1.example.net"),
                                        new Replacement("port=1", "db.example.net:5433/shop as shop, example")),
                                Optional.empty()),
                        rule(2, "mail.conf", new Replacement("secret=1", "hush")),
                        rule(3, "raw.conf", new Replacement("${HOST}", "${replica.name} here")),
                        new RewriteRule(
                                4,
                                "config",
                                Optional.empty(),
                                List.of(),
                                Optional.of(Path.of("/etc/understudy/overlay"))));
    }

    private static RewriteRule rule(int number, String path, Replacement replacement) {
        return new RewriteRule(number, "config", Optional.of(path), List.of(replacement), Optional.empty());
    }

    @Test
    void rowsAreChangedAndKept() throws IOException {
        String host = HOST.replace("user: shop", "user: shop, after_load: /etc/after.sql, after_load_limit: 30s");
        Path file = Files.writeString(folder.resolve("rows.yaml"), host + """
                protect:
                  - {table: users, where: "name = 'admin'"}
                  - {table: app.role, where: "id < 3"}
                """);
        assertThat(SettingsFile.load(file, Map.of()).replica().changes().rows())
                .isEqualTo(new RowChanges(
                        Optional.of(Path.of("/etc/after.sql")),
                        java.time.Duration.ofSeconds(30),
                        List.of(
                                new ProtectedRows("public", "users", "name = 'admin'"),
                                new ProtectedRows("app", "role", "id < 3"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[{table: users}]                                                 | protect[1].where is missing",
                "[{where: a}]                                                     | protect[1].table is missing",
                "[{table: a.b.c, where: a}]                                       | protect[1].table must be table or schema.table",
                "[{table: a, where: 'a; DROP TABLE b'}]                           | protect[1].where must be one condition",
                "[{table: a, where: b}, {table: public.a, where: c}]              | protect[2].table is there twice: public.a",
            })
    void faultsOfProtectAreNamed(String rules, String fault) {
        assertThatThrownBy(() -> load("protect: " + rules.strip() + "\n"))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(fault.strip());
    }

    @Test
    void aTreeCanBeLeftAsItIs() throws IOException {
        assertThat(load("").trees()).extracting(tree -> tree.applied()).containsExactly(true, false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{tree: confg, path: a, from: b}                         | rewrite[1].tree names no tree: confg (did you mean config?)",
                "{tree: config, path: a}                                 | rewrite[1].replace is missing",
                "{tree: config, from: a, to: b}                          | rewrite[1].path is missing",
                "{tree: config, path: a, to: b}                          | rewrite[1].from is missing",
                "{tree: config, path: '[', from: b}                      | rewrite[1].path is no glob",
                "{tree: config, path: a, replace: {'': b}}               | rewrite[1].replace replaces an empty text",
                "{tree: config, path: a, replace: {from: a, to: b}}      | from and to stand next to it",
                "{tree: config, path: a, from: b, to: '${replica.nmae}'} | ${replica.nmae}, which is no variable; there are replica.name",
                "{tree: config, path: a, from: b, to: '${env:KEY}'}      | write ${KEY}, and a secret as to_file",
                "{tree: config, overlay: /srv/security/own}              | rewrite[1].overlay lies in tree security",
                "{tree: config, over: /srv}                              | unknown key rewrite[1].over",
            })
    void faultsAreNamed(String rule, String fault) {
        assertThatThrownBy(() -> load("rewrite:\n  - " + rule.strip() + "\n"))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(fault.strip());
    }

    private Settings load(String rules) throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), HOST + rules);
        return SettingsFile.load(file, Map.of("HOST", "here"));
    }
}

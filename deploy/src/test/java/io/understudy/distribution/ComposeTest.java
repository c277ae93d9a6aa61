package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** What must hold of the Compose file and what it names; no engine is needed. */
class ComposeTest {
    private static final Path FOLDER = Path.of("compose");
    /** What the operator makes, as docs/install.md says. */
    private static final Set<String> MADE_BY_HAND =
            Set.of("./keys", "${FILESTORE", "./secrets/db_password", "./secrets/grafana_password");

    private static Map<String, Object> compose;

    @TempDir
    Path folder;

    @BeforeEach
    void read() throws IOException {
        compose = new Yaml().load(Files.readString(FOLDER.resolve("compose.yaml")));
    }

    static Stream<String> services() throws IOException {
        Map<String, Object> all = new Yaml().load(Files.readString(FOLDER.resolve("compose.yaml")));
        return map(all.get("services")).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("services")
    void isBoundedWatchedAndRestarted(String name) {
        Map<String, Object> service = service(name);

        assertThat(service)
                .containsKeys("image", "healthcheck", "restart", "mem_limit", "pids_limit", "security_opt", "logging");
        assertThat(service).doesNotContainKeys("privileged", "network_mode", "pid");
    }

    @ParameterizedTest
    @MethodSource("services")
    void isReachedFromThisServerAlone(String name) {
        assertThat(strings(service(name).get("ports")))
                .allSatisfy(port -> assertThat(port).matches("(127\\.0\\.0\\.1|\\$\\{LISTEN:-127\\.0\\.0\\.1}):.*"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void carriesItsSecretsInFiles(String name) {
        Map<String, Object> service = service(name);

        assertThat(map(service.get("environment")).keySet())
                .filteredOn(key -> key.matches(".*(PASSWORD|SECRET|KEY|TOKEN).*"))
                .allSatisfy(key -> assertThat(key).endsWith("_FILE"));
        assertThat(strings(service.get("command")).toString()).doesNotContainIgnoringCase("password");
        assertThat(map(compose.get("secrets")).keySet()).containsAll(strings(service.get("secrets")));
    }

    @ParameterizedTest
    @MethodSource("services")
    void mountsWhatIsThere(String name) {
        Set<String> volumes = map(compose.get("volumes")).keySet();

        assertThat(strings(service(name).get("volumes"))).allSatisfy(mount -> {
            String source = mount.split(":")[0];
            if (source.startsWith(".")) {
                assertThat(Files.exists(FOLDER.resolve(source)) || MADE_BY_HAND.contains(source))
                        .as(source)
                        .isTrue();
            } else if (!MADE_BY_HAND.contains(source)) {
                assertThat(volumes).contains(source);
            }
        });
    }

    @Test
    void everyVolumeAndSecretIsUsed() {
        List<String> mounts = new ArrayList<>();
        Set<String> secrets = new HashSet<>();
        for (String name : map(compose.get("services")).keySet()) {
            strings(service(name).get("volumes")).forEach(mount -> mounts.add(mount.split(":")[0]));
            secrets.addAll(strings(service(name).get("secrets")));
        }

        assertThat(mounts).containsAll(map(compose.get("volumes")).keySet());
        assertThat(secrets).isEqualTo(map(compose.get("secrets")).keySet());
        assertThat(map(compose.get("secrets")).values())
                .allSatisfy(secret -> assertThat(MADE_BY_HAND)
                        .contains(map(secret).get("file").toString()));
    }

    @ParameterizedTest
    @MethodSource("agents")
    void anAgentRunsAsNobodyInParticularAndCanChangeOnlyItsVolumes(String name) {
        assertThat(service(name))
                .containsEntry("user", service("site").get("user"))
                .containsEntry("read_only", true)
                .containsEntry("cap_drop", List.of("ALL"));
    }

    static Stream<String> agents() {
        return Stream.of("agent-primary", "agent-replica");
    }

    /** Every folder that the configuration names is one that the agents' containers mount. */
    @Test
    void theAgentsConfigurationHasNoFaultAndFitsTheVolumes() throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "secret");
        Path file = Files.writeString(
                folder.resolve("understudy.yaml"),
                Files.readString(FOLDER.resolve("understudy.yaml"))
                        .replace("/run/secrets/db_password", password.toString()));
        Settings settings = SettingsFile.load(file);

        List<String> mounted = strings(service("agent-replica").get("volumes")).stream()
                .map(mount -> mount.replaceFirst("\\$\\{.*?}", "x").split(":")[1])
                .toList();
        Stream<Path> named = Stream.concat(
                Stream.of(
                        settings.state(),
                        settings.marker(),
                        Path.of(settings.filestore().url().getPath())),
                settings.trees().stream().map(Settings.TreeSettings::path));
        assertThat(named.map(Path::toString))
                .allSatisfy(path ->
                        assertThat(mounted).anySatisfy(mount -> assertThat(path).startsWith(mount)));
        assertThat(settings.service().restart()).startsWith("supervise", "restart");
        assertThat(mounted).contains(settings.service().restart().get(2));
        assertThat(settings.database().host()).isEqualTo("postgres");
        assertThat(service("site").get("volumes").toString())
                .contains("role:" + settings.marker().getParent());
    }

    private static Map<String, Object> service(String name) {
        return map(map(compose.get("services")).get(name));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(Object value) {
        return value == null
                ? List.of()
                : ((List<Object>) value).stream().map(Object::toString).toList();
    }
}

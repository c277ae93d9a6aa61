package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three filestores, of which one keeps more than the others, and one is outside its window: one goes away and comes
 * back, each is pruned by its own rule, then the main one is gone for good.
 */
@Tag("slow")
class SeveralStoresIT extends Scenario {
    private static void damageEveryBlob(Path filestore) throws IOException {
        try (Stream<Path> all = Files.walk(filestore.resolve("blobs"))) {
            for (Path blob : all.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
                Files.writeString(blob, "damaged");
            }
        }
    }

    /** A window that is closed during the test. */
    private static String later() {
        LocalTime now = LocalTime.now(ZoneId.systemDefault());
        DateTimeFormatter minutes = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
        return minutes.format(now.plusHours(3)) + "-" + minutes.format(now.plusHours(6));
    }

    private static Set<String> manifests(Path filestore) throws IOException {
        try (Stream<Path> all = Files.list(filestore.resolve("manifests"))) {
            return all.map(each -> each.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    /** What a standby holds stays in each; of the rest the near one keeps the newest, the far one two. */
    private static void eachIsPrunedByItsOwnRule(Server primary, Path near, Path far) throws IOException {
        Set<String> before = manifests(far);
        for (int i = 0; i < 3; i++) {
            primary.primary("snapshot", "--period", "hourly").successful();
        }
        JsonNode pruned = primary.primary("prune", "--json").successful().json().path("filestores");
        assertThat(pruned.findValuesAsText("filestore")).containsExactly("near", "far", "nightly");
        assertThat(pruned.get(0).path("deleted").asInt()).isEqualTo(2);
        assertThat(pruned.get(1).path("deleted").asInt()).isEqualTo(1);
        assertThat(manifests(near)).hasSize(before.size() + 1);
        assertThat(manifests(far)).hasSize(before.size() + 2).containsAll(manifests(near));

        String older = manifests(far).stream()
                .filter(each -> !before.contains(each))
                .min(Comparator.naturalOrder())
                .orElseThrow()
                .replace(".json", "");
        primary.primary("sync").successful();
        primary.primary("verify", older).successful();
        assertThat(manifests(near)).doesNotContain(older + ".json");
    }

    @Test
    void oneThatWasAwayIsCaughtUpAndSufficesAlone() throws IOException {
        ServerPair pair = install(false);
        Path near = Files.createDirectories(pair.home().resolve("near"));
        Path far = Files.createDirectories(pair.home().resolve("far"));
        Path nightly = Files.createDirectories(pair.home().resolve("nightly"));
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            server.configure(config ->
                    config.replaceAll("filestore:\n  url: file://.*\n", """
                            commit: any
                            retention: {keep: {hourly: 0}, minimum: 1}
                            filestores:
                              - {name: near, url: "file://%s"}
                              - {name: far, url: "file://%s", retention: {minimum: 2}}
                              - {name: nightly, url: "file://%s", window: "%s"}
                            """.formatted(near, far, nightly, later())));
        }
        pair.primary().primary("init").successful();
        pair.standby().replica("init", "--yes").successful();
        snapshot(pair.primary());
        assertThat(pair.primary().primary("check").output())
                .contains(
                        "filestore near: file://" + near,
                        "filestore far: file://" + far,
                        "all 3 filestores can be used");
        assertThat(pair.primary().primary("status").output())
                .contains("with retention of its own", "outside its window");

        sync(pair.standby());

        Path away = Files.move(far, pair.home().resolve("far-away"));
        snapshot(pair.primary());
        assertThat(pair.primary().primary("status").output()).contains("store      far", "can NOT be reached");
        assertRefused(pair.standby().replica("promote", "--yes"), ErrorCode.FILESTORE_UNREACHABLE);
        Files.move(away, far);
        assertThat(pair.primary().primary("status").output()).contains("behind by 1 snapshot");
        assertThat(pair.standby().replica("status").output()).contains("behind by 1 snapshot");
        pair.primary().primary("sync").successful();
        assertThat(pair.primary().primary("status").output().lines())
                .filteredOn(line -> line.contains(far.toString()))
                .hasSize(1)
                .noneMatch(line -> line.contains("behind by"));
        eachIsPrunedByItsOwnRule(pair.primary(), near, far);

        damageEveryBlob(far);
        assertRefused(pair.primary().primary("verify"), ErrorCode.BLOB_DAMAGED);
        pair.primary().primary("verify", "--repair").successful();

        Files.move(near, pair.home().resolve("near-gone"));
        sync(pair.standby());
        pair.standby().site().awaitContent(1, 1, ANSWERS);
        assertRefused(pair.standby().replica("verify"), ErrorCode.FILESTORE_UNREACHABLE);
    }
}

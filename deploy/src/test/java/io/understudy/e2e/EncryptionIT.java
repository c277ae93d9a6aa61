package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.age.AgeException;
import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole way in an encrypted repository: who holds the filestore reads nothing, and neither does the primary. */
@Tag("slow")
class EncryptionIT extends Scenario {
    private static final String NOTE = "canary-note-51c8e0";
    private static final String UPLOAD = "canary-upload-77b1d2";
    private static final Pattern SECRET = Pattern.compile("AGE-SECRET-KEY-1[A-Z0-9]+");
    private static final Pattern PUBLIC = Pattern.compile("age1[a-z0-9]+");
    private static final byte[] AGE = "age-encryption.org/v1".getBytes(StandardCharsets.US_ASCII);

    private final Canaries canaries =
            new Canaries().plant("a row", NOTE).plant("a file", UPLOAD).plant("a name", "canary-name.txt");

    @Test
    void theStandbyFollowsAndTakesOverAndTheFilestoreHoldsNothingToRead() throws IOException {
        ServerPair pair = install(false);
        Path sheet = initialise(pair);
        change(pair.primary(), "");
        snapshot(pair.primary());
        pair.standby().replica("init", "--yes").successful();
        sync(pair.standby());
        pair.standby().site().awaitContent(2, 2, ANSWERS);
        for (int round = 3; round <= 4; round++) {
            change(pair.primary(), " " + round);
            snapshot(pair.primary());
            sync(pair.standby());
            pair.standby().site().awaitContent(round, round, ANSWERS);
        }

        assertNothingIsReadable(pair);
        assertThePrimaryOpensNoContent(pair);
        theRecoveryKeyOpensAll(pair, sheet);
        theKeysAreShownAndChanged(pair);
        theKeyIsReplaced(pair);
        assertThat(pair.primary().primary("verify").successful().output())
                .contains("is there, its content was not read");
        assertRefused(pair.primary().primary("show", "00000001-00000001"), ErrorCode.IDENTITY_MISSING);
        pair.standby().replica("verify").successful();
        pair.standby().primary("verify").successful();
        prune(pair.primary());
        pair.standby().replica("verify").successful();

        pair.primary().crash();
        pair.standby().replica("promote", "--yes").successful();
        pair.standby().site().awaitMode("primary", ANSWERS);
        snapshot(pair.standby());
        pair.standby().primary("verify").successful();
        assertNothingIsReadable(pair);
    }

    /** While a standby follows, and can be restored at any moment. */
    @Test
    void aPlainRepositoryIsMovedOver() throws IOException {
        ServerPair pair = install(false);
        pair.primary().primary("init").successful();
        change(pair.primary(), "");
        snapshot(pair.primary());
        pair.standby().replica("init", "--yes").successful();
        sync(pair.standby());
        pair.standby().site().awaitContent(2, 2, ANSWERS);

        String recipient = identity(pair);
        Path sheet = pair.home().resolve("sheet.html");
        assertThat(pair.primary()
                        .primary("encrypt", "--sheet", sheet.toString(), recipient)
                        .successful()
                        .output())
                .contains("all have an encrypted form");
        change(pair.primary(), " 3");
        snapshot(pair.primary());
        sync(pair.standby());
        pair.standby().site().awaitContent(3, 3, ANSWERS);

        assertThat(pair.primary().primary("encrypt", "--switch").successful().output())
                .contains("the repository is encrypted now");
        assertRefused(pair.primary().primary("snapshot"), ErrorCode.IDENTITY_MISSING);
        configure(pair, recipient);
        change(pair.primary(), " 4");
        snapshot(pair.primary());
        assertRefused(pair.primary().primary("encrypt", "--clean"), ErrorCode.USAGE);
        sync(pair.standby());
        pair.standby().site().awaitContent(4, 4, ANSWERS);
        Path recovery = pair.home().resolve("recovery.txt");
        Folders.writeSecret(recovery, first(SECRET, Files.readString(sheet)) + "\n");
        pair.primary().primary("check", "--recovery-key", recovery.toString());
        assertThat(pair.primary().primary("encrypt", "--clean").successful().output())
                .contains("plain blobs deleted");

        for (Path object : all(filestore(pair))) {
            assertThat(canaries.in(object)).isEmpty();
        }
        theRecoveryKeyOpensAll(pair, sheet);
        pair.standby().replica("verify").successful();
        pair.standby().primary("verify", "00000001-00000001").successful();
        pair.primary().crash();
        pair.standby().replica("promote", "--yes").successful();
        pair.standby().site().awaitMode("primary", ANSWERS);
        snapshot(pair.standby());
    }

    /** With an identity that the standby made by Debian's {@code age-keygen}, and a recovery key. @return its sheet */
    private static Path initialise(ServerPair pair) throws IOException {
        String recipient = identity(pair);
        configure(pair, recipient);
        assertRefused(pair.primary().primary("init"), ErrorCode.USAGE);
        Path sheet = pair.home().resolve("sheet.html");
        assertThat(pair.primary()
                        .primary("init", "--encrypt", "--sheet", sheet.toString())
                        .successful()
                        .output())
                .contains("encrypted to " + recipient);
        assertRefused(
                pair.primary().primary("init", "--encrypt", "--sheet", sheet + ".2"), ErrorCode.REPOSITORY_EXISTS);
        return sheet;
    }

    /** @return its public half */
    private static String identity(ServerPair pair) throws IOException {
        Path identity = identityFile(pair);
        Program.of("age-keygen", "-o", identity).run(ANSWERS).successful();
        return first(PUBLIC, Files.readString(identity));
    }

    private static Path identityFile(ServerPair pair) {
        return pair.standby().layout().home().resolve("etc/identity.txt");
    }

    private static void configure(ServerPair pair, String recipient) {
        pair.standby().configure(config -> config + "encryption: {identity: " + identityFile(pair) + "}\n");
        pair.primary().configure(config -> config + "encryption: {recipients: [" + recipient + "]}\n");
    }

    private static void change(Server primary, String what) {
        primary.site().addNote(NOTE + what);
        primary.site().addUpload("canary-name.txt" + what.strip(), (UPLOAD + what).getBytes(StandardCharsets.UTF_8));
    }

    private void assertNothingIsReadable(ServerPair pair) throws IOException {
        for (Path root :
                List.of(filestore(pair), pair.standby().layout().state().resolve("mirror"))) {
            List<Path> objects = all(root);
            assertThat(objects).hasSizeGreaterThan(5);
            for (Path object : objects) {
                assertThat(canaries.in(object)).isEmpty();
                if (object.startsWith(root.resolve("blobs"))) {
                    assertThat(object.toString()).endsWith(".zst.age");
                    assertThat(Files.readAllBytes(object)).startsWith(AGE);
                }
            }
        }
    }

    /** Whatever its state folder and its configuration hold opens nothing but lists of names. */
    private void assertThePrimaryOpensNoContent(ServerPair pair) throws IOException {
        List<AgeIdentity> keys = new ArrayList<>();
        for (Path folder : List.of(
                pair.primary().layout().state(),
                pair.primary().layout().config().getParent())) {
            for (Path file : all(folder)) {
                SECRET.matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .results()
                        .forEach(found -> keys.add(AgeIdentity.parse(found.group())));
            }
        }
        assertThat(keys).isNotEmpty();
        int closed = 0;
        for (Path blob : all(filestore(pair).resolve("blobs"))) {
            try {
                Path opened = Folders.write(pair.home().resolve("opened"), "");
                Files.write(opened, AgeFiles.open(Files.readAllBytes(blob), keys));
                String text = Program.of("zstd", "-dcq", opened)
                        .run(ANSWERS)
                        .successful()
                        .output();
                assertThat(text.lines()).allMatch(line -> line.matches("\\{\"(id\":\"[0-9a-f]{64}\".*|format\":.*)"));
                assertThat(canaries.in("a list", text)).isEmpty();
            } catch (AgeException e) {
                closed++;
            }
        }
        assertThat(closed).isGreaterThan(3);
    }

    /** As the sheet says, by the programs of a distribution. */
    private static void theRecoveryKeyOpensAll(ServerPair pair, Path sheet) throws IOException {
        String html = Files.readString(sheet);
        assertThat(html).contains("<svg");
        Path recovery = pair.home().resolve("recovery.txt");
        Folders.writeSecret(recovery, first(SECRET, html) + "\n");
        String script = "set -e; for key in keys/*.age; do age -d -i " + recovery
                + " $key | head -1; done | jq -r .identity >../repository.key\n"
                + "for blob in blobs/*/*; do age -d -i ../repository.key $blob | zstd -dcq; done";
        String content = Program.of("sh", "-c", "cd " + filestore(pair) + "; " + script)
                .run(ANSWERS)
                .successful()
                .output();
        assertThat(content).contains(NOTE, UPLOAD, "canary-name.txt");
    }

    /** On the standby, which can open the key, and on the primary with the recovery key. */
    private static void theKeysAreShownAndChanged(ServerPair pair) throws IOException {
        String recovery = pair.home().resolve("recovery.txt").toString();
        assertRefused(pair.primary().primary("keys", "list"), ErrorCode.IDENTITY_MISSING);
        assertThat(pair.primary()
                        .primary("keys", "list", "--identity", recovery, "--json")
                        .successful()
                        .json()
                        .path("recipients"))
                .hasSize(2);
        String added = AgeIdentity.generate().recipient().text();
        assertThat(pair.standby().primary("keys", "add", added).successful().output())
                .contains(added);
        pair.standby().primary("keys", "remove", added).successful();
        assertThat(pair.primary().primary("check").output()).contains("it was never tried here");
        assertThat(pair.primary().primary("check", "--recovery-key", recovery).output())
                .contains("opens snapshot 00000001-00000003");
        assertThat(pair.primary().primary("check").output()).contains("last opened snapshot 00000001-00000003");
        assertThat(pair.standby().primary("dump", "latest").successful().output())
                .contains(NOTE);
        assertThat(pair.standby()
                        .replica("dump", "latest", "--data-only")
                        .successful()
                        .output())
                .contains(NOTE)
                .doesNotContain("CREATE TABLE");
        assertRefused(pair.primary().primary("dump", "latest"), ErrorCode.IDENTITY_MISSING);
        Path opened = pair.home().resolve("manifest");
        pair.standby()
                .primary("decrypt", "manifests/00000001-00000001.json", "--to", opened.toString())
                .successful();
        assertThat(Files.readString(opened)).contains("\"databases\":[", "\"name\":\"media\"");
    }

    /** While the primary can open nothing, and the standby follows as before. */
    private void theKeyIsReplaced(ServerPair pair) throws IOException {
        String recovery = pair.home().resolve("recovery.txt").toString();
        assertRefused(pair.primary().primary("rekey"), ErrorCode.IDENTITY_MISSING);
        assertThat(pair.primary()
                        .primary("rekey", "--identity", recovery, "--until", "0s")
                        .successful()
                        .output())
                .contains("key 2 of repository", "made; ", "left: ");
        change(pair.primary(), " new key");
        snapshot(pair.primary());
        sync(pair.standby());
        pair.standby().site().awaitContent(5, 5, ANSWERS);
        assertThat(pair.primary()
                        .primary("rekey", "--identity", recovery)
                        .successful()
                        .output())
                .contains("key 2 of repository", "all content is encrypted to it")
                .doesNotContain("made; ");
        AgeIdentity before = AgeIdentity.parse(Files.readString(pair.home().resolve("repository.key"))
                .lines()
                .findFirst()
                .orElseThrow());
        for (Path blob : all(filestore(pair).resolve("blobs"))) {
            assertThatThrownBy(() -> AgeFiles.open(Files.readAllBytes(blob), List.of(before)))
                    .isInstanceOf(AgeException.class);
        }
        pair.standby().replica("verify").successful();
        assertNothingIsReadable(pair);
        assertThePrimaryOpensNoContent(pair);
        theRecoveryKeyOpensAll(pair, pair.home().resolve("sheet.html"));
    }

    private static void prune(Server primary) {
        primary.configure(config -> config + "retention: {keep: {manual: 1}, minimum: 1}\n");
        primary.primary("prune").successful();
        assertThat(primary.primary("list", "--json").successful().json().path("snapshots"))
                .hasSize(2);
    }

    private static Path filestore(ServerPair pair) {
        return pair.home().resolve("filestore");
    }

    private static String first(Pattern pattern, String text) {
        return pattern.matcher(text).results().findFirst().orElseThrow().group();
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }
}

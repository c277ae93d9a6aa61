package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dump.DatabaseDump;
import io.understudy.dump.DumpRequest;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.Programs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dump --format directory} writes of a snapshot, pg_restore reads, and the database is the same. */
@Tag("slow")
@Timeout(180)
class DumpFolderRoundTripTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();

    @TempDir
    private Path state;

    @Test
    void pgRestoreReadsTheFolder() {
        String source = EveryKindOfObject.create(server);
        server.psql(source, "SELECT lo_from_bytea(0, 'one'), lo_from_bytea(0, 'two');");
        Path folder = state.resolve("folder");
        dump(capture(source), blobs, DumpRequest.ALL).writeTo(folder, Progress.none());
        String copy = server.createDatabase("restored");
        server.restore(copy, folder);
        assertThat(server.content(copy)).isEqualTo(server.content(source));
        assertThat(state).isDirectoryNotContaining("glob:**.understudy-restore-*");
        assertThatThrownBy(() -> dump(capture(source), blobs, DumpRequest.ALL).writeTo(folder, Progress.none()))
                .hasMessageEndingWith("it exists already");
    }

    /** tar makes the folder of it, and pg_restore reads it as it comes through a pipe. */
    @Test
    void tarAndPgRestoreReadTheArchiveOfTheFolder() throws IOException {
        String source = EveryKindOfObject.create(server);
        server.psql(source, "SELECT lo_from_bytea(0, 'one'), lo_from_bytea(0, repeat('two', 90000)::bytea);");
        Path tar = state.resolve("dump.tar");
        try (OutputStream out = Files.newOutputStream(tar)) {
            dump(capture(source), blobs, DumpRequest.ALL).writeTar(out, Progress.none());
        }
        Path folder = extracted(tar);
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(Files.getPosixFilePermissions(each))
                            .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
        String copy = server.createDatabase("restored");
        server.restore(copy, folder);
        assertThat(server.content(copy)).isEqualTo(server.content(source));
        String piped = server.createDatabase("piped");
        server.restorePiped(piped, tar);
        assertThat(server.content(piped)).isEqualTo(server.content(source));
    }

    /** The files are those that {@code --to FOLDER} writes. */
    @Test
    void theArchiveHasTheFilesOfTheFolder() throws IOException {
        for (DumpRequest request : List.of(
                DumpRoundTripTest.tables("shop.item"),
                DumpRoundTripTest.parts(Parts.SCHEMA),
                DumpRoundTripTest.parts(Parts.DATA))) {
            DatabaseDump dump = dump(capture(shop()), blobs, request);
            Path folder = state.resolve("folder-" + request.hashCode());
            dump.writeTo(folder, Progress.none());
            Path tar = state.resolve("dump.tar");
            try (OutputStream out = Files.newOutputStream(tar)) {
                dump.writeTar(out, Progress.none());
            }
            assertThat(contents(extracted(tar))).isEqualTo(contents(folder));
        }
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path each : files.toList()) {
                contents.put(each.getFileName().toString(), Files.readString(each, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    private Path extracted(Path tar) throws IOException {
        Path folder = Files.createTempDirectory(state, "extracted");
        Programs.run(List.of("tar", "-x", "-C", folder.toString(), "-f", tar.toString()), Map.of(), "");
        return folder;
    }

    /** A reader of what was cut off finds no end, and no content for what the table of contents names. */
    @Test
    void anArchiveOfADumpThatFailsHasNoEnd() throws IOException {
        Manifest manifest = capture(shop());
        Path tar = state.resolve("dump.tar");
        try (OutputStream out = Files.newOutputStream(tar)) {
            assertThatThrownBy(() -> dump(manifest, DumpRoundTripTest.failingForRows(manifest, blobs), DumpRequest.ALL)
                            .writeTar(out, Progress.none()))
                    .hasMessageContaining("no more");
        }
        assertThatThrownBy(() -> server.restorePiped(server.createDatabase("none"), tar))
                .hasMessageContaining("pg_restore");
        try (OutputStream out = new DumpRoundTripTest.Limited(Files.newOutputStream(tar), 3000)) {
            assertThatThrownBy(() -> dump(manifest, blobs, DumpRequest.ALL).writeTar(out, Progress.none()))
                    .hasMessageContaining("no more");
        }
    }

    @Tag("always")
    @Test
    void pgRestoreReadsTheFolderOfOneTable() {
        Path folder = state.resolve("folder");
        dump(capture(shop()), blobs, DumpRoundTripTest.tables("shop.item")).writeTo(folder, Progress.none());
        String copy = server.createDatabase("restored");
        server.restore(copy, folder);
        assertThat(server.psql(copy, "SELECT string_agg(name, '|' ORDER BY id) FROM shop.item"))
                .isEqualTo("a\tb|\\.");
    }

    private String shop() {
        String source = server.createDatabase("shop");
        server.psql(source, DumpRoundTripTest.SHOP);
        return source;
    }

    private Manifest capture(String source) {
        return Copies.capture(server.settings(source), state, blobs, 1);
    }

    private DatabaseDump dump(Manifest manifest, BlobSource source, DumpRequest request) {
        return new DatabaseDump(manifest, source, Copies.tools(server.settings("postgres"), state), request);
    }
}

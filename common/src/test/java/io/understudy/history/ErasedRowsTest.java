package io.understudy.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.ForwardingReader;
import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Erasures.Remembered;
import io.understudy.repository.JunkObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which rows are left out, by what filestores say and by what this server remembers of that. */
class ErasedRowsTest {
    private static final Instant THEN = Instant.parse("2026-11-22T10:00:00Z");

    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();
    private Settings settings;

    @BeforeEach
    void aStandby() throws IOException {
        Path config = folder.resolve("c.yaml");
        Files.writeString(config, """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: [%1$s/site.pub.pem]}
                replica: {name: standby}
                """.formatted(folder));
        settings = SettingsFile.load(config);
    }

    private static ErasedKeys row(String name) {
        ErasedKeys.Collected rows = new ErasedKeys.Collected();
        rows.add("users", name, THEN);
        return rows.by(null);
    }

    /** @param answer of the filestores; null: they fail with this code */
    private SnapshotReader reader(ErasedKeys answer, ErrorCode failure, Optional<ErasedKeys> remembered) {
        return new ForwardingReader(null) {
            @Override
            public ErasedKeys erased(Consumer<JunkObject> junk) {
                if (answer == null) {
                    throw new UnderstudyException(failure, "cannot read erased/", "look");
                }
                return answer;
            }

            @Override
            public Optional<Remembered> erasedRemembered() {
                return remembered.map(rows -> new Remembered(rows, THEN));
            }
        };
    }

    private ErasedKeys known(SnapshotReader reader) {
        return ErasedRows.known(settings, reader, false, warnings::add);
    }

    /** A list may stand in one of several filestores alone, which is away, or be deleted. */
    @Test
    void whatIsRememberedCountsNextToWhatFilestoresSay() {
        assertThat(known(reader(row("a"), null, Optional.of(row("b")))).count()).isEqualTo(2);
        assertThat(known(reader(row("a"), null, Optional.empty())).count()).isOne();
        assertThat(warnings).isEmpty();
    }

    /** A row that this server knows to be erased comes back for no failure of a filestore. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"FILESTORE_UNREACHABLE", "FILESTORE_FAILED", "FILESTORE_DENIED", "WRONG_REPOSITORY"})
    void whatIsRememberedIsLeftOutWhateverTheFilestoreFailsWith(ErrorCode failure) {
        assertThat(known(reader(null, failure, Optional.of(row("b")))).count()).isOne();
        assertThat(warnings).singleElement().asString().contains("rows that were erased up to 2026-11-22T10:00:00Z");
    }

    @Test
    void aReaderThatIsStoppedAsksNoFurther() {
        assertThatThrownBy(() -> known(reader(null, ErrorCode.CANCELLED, Optional.of(row("b")))))
                .isInstanceOf(UnderstudyException.class);
    }

    @Test
    void nothingIsReadWhereTheyAreAskedFor() {
        SnapshotReader reader = reader(null, ErrorCode.FILESTORE_DENIED, Optional.empty());
        assertThat(ErasedRows.known(settings, reader, true, warnings::add).isEmpty())
                .isTrue();
        assertThat(warnings).isEmpty();
    }
}

package io.understudy.replica.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.cli.Problem;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillReportsTest {
    private static final String ID = "20261120T040000Z";

    @TempDir
    private Path state;

    private DrillReports reports(Optional<Path> key) {
        return new DrillReports(state, new SigningSettings(key, List.of()), 2);
    }

    private Path key() {
        Path file = state.resolve("key.pem");
        if (!Files.exists(file)) {
            SigningKey.generate(file);
        }
        return file;
    }

    private static DrillReport report(String id) {
        return new DrillReport(
                id,
                "site",
                "standby-1",
                "0.1.0",
                Instant.parse("2026-11-20T04:00:00Z"),
                Optional.of(new DrillContent(
                        new SnapshotId(1, 42), Optional.empty(), true, Optional.of("template"), 7, List.of())),
                List.of(new DrillStep("start", 1.5, true), new DrillStep("smoke <b>", 0.25, false)),
                Result.FAILED,
                Optional.of(new Problem("command_failed", "<script>alert(1)</script> & more", "look")),
                1.75);
    }

    @Test
    void whatIsSavedIsFoundWithASignatureThatHolds() {
        DrillReports reports = reports(Optional.of(key()));
        reports.save(report(ID));

        DrillReports.Found found = reports.find("latest");

        assertThat(found.report()).isEqualTo(report(ID));
        assertThat(found.signature()).startsWith("good, key ");
    }

    @Test
    void oneThatWasChangedIsRefusedAndLeftOutOfTheList() throws IOException {
        DrillReports reports = reports(Optional.of(key()));
        Path file = reports.save(report(ID));
        Files.writeString(file, Files.readString(file).replace("failed\",\"problem", "passed\",\"problem"));

        assertThatThrownBy(() -> reports.find(ID))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SIGNATURE_INVALID));
        assertThat(reports.list()).isEmpty();
    }

    @Test
    void aServerWithoutAKeySaysThatItIsNotSigned() {
        DrillReports reports = reports(Optional.empty());
        reports.save(report(ID));

        assertThat(reports.find(ID).signature()).startsWith("none");
        assertThatThrownBy(() -> reports(Optional.of(key())).find(ID))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNSIGNED));
    }

    @Test
    void theLastOnesAreKept() {
        DrillReports reports = reports(Optional.empty());
        List.of("20261118T040000Z", "20261119T040000Z", ID).forEach(id -> reports.save(report(id)));

        assertThat(reports.list()).extracting(DrillReport::id).containsExactly(ID, "20261119T040000Z");
        assertThat(state.resolve("drills").toFile().list()).hasSize(4);
    }

    @Test
    void thePageEscapesWhatCameFromElsewhereAndHasAPolicy() throws IOException {
        reports(Optional.empty()).save(report(ID));

        String page = Files.readString(state.resolve("drills/" + ID + ".html"));

        assertThat(page)
                .contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more", "smoke &lt;b&gt;", "1.5")
                .contains("Content-Security-Policy", "default-src &#39;none&#39;".replace("&#39;", "'"))
                .doesNotContain("<script", "href=", "src=\"");
    }

    @Test
    void aMistypedNameIsAnsweredWithTheOneThatWasMeant() {
        DrillReports reports = reports(Optional.of(key()));
        reports.save(report(ID));
        assertThatThrownBy(() -> reports.find("lates"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.hint()).startsWith("did you mean latest? "));
        assertThatThrownBy(() -> reports.find(ID + "0"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.hint())
                                .isEqualTo("did you mean " + ID + "? agent-replica drill --list shows all"));
    }

    @Test
    void aNameThatLeadsElsewhereIsNone() {
        assertThatThrownBy(() -> reports(Optional.empty()).find("../../etc/passwd"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
    }
}

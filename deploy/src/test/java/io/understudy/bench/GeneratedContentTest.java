package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bench.MediaFiles.Mix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratedContentTest {
    private static final Scale SCALE = new Scale(2);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void aRowIsDecidedByTheSeedAndItsNumberAlone(SiteTable table) {
        Rows forwards = new Rows(1);
        String first = forwards.row(table, 1, SCALE).toString();
        String second = forwards.row(table, 2, SCALE).toString();
        Rows backwards = new Rows(1);
        assertThat(backwards.row(table, 2, SCALE)).hasToString(second);
        assertThat(backwards.row(table, 1, SCALE)).hasToString(first);
        assertThat(first).isNotEqualTo(second);
        assertThat(new Rows(2).row(table, 1, SCALE).toString()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void aRowHasAFieldForEachColumn(SiteTable table) {
        String row = new Rows(1).row(table, 7, SCALE).toString();
        assertThat(row).startsWith("7\t").endsWith("\n");
        assertThat(row.strip().split("\t")).hasSameSizeAs(table.filled().split(","));
    }

    @Test
    void hasThirtyFilesForEachMegabyte() {
        assertThat(new Scale(500).files()).isEqualTo(15_000);
    }

    @Test
    void aFileIsDecidedByTheSeedAndItsNumberAlone() {
        MediaFiles media = new MediaFiles(folder, 1, Mix.USUAL);
        byte[] picture = media.content(5);
        byte[] text = media.content(99);
        assertThat(media.content(5)).isEqualTo(picture);
        assertThat(new MediaFiles(folder, 1, Mix.USUAL).content(99)).isEqualTo(text);
        assertThat(new MediaFiles(folder, 2, Mix.USUAL).content(5)).isNotEqualTo(picture);
    }

    @Test
    void aMixOfPicturesHasNoTextAndNothingLarge() {
        MediaFiles media = new MediaFiles(folder, 1, Mix.PICTURES);
        assertThat(media.content(0)).hasSizeLessThan(1 << 20);
        assertThat(media.path(99).toString()).endsWith(".jpg");
    }

    @ParameterizedTest
    @EnumSource
    void filesHoldAboutAMegabyteInThirty(Mix mix) throws IOException {
        MediaFiles media = new MediaFiles(folder, 1, mix);
        long bytes = media.write(0, 300);
        assertThat(bytes).isBetween(9_500_000L, 11_500_000L).isEqualTo(Testbed.bytes(folder));
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(300);
        }
    }
}

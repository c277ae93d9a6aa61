package io.understudy.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.MemoryBlobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

class PackTest {
    private static final Attributes ATTRIBUTES = new Attributes(
            0640, Instant.ofEpochSecond(1_700_000_000), "www-data", "a-group-name-longer-than-thirty-one");

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Pack pack = new Pack(blobs);

    @Test
    void isATarArchiveWithoutItsEnd() throws IOException {
        SafePath odd = SafePath.of(new byte[] {'o', (byte) 0xff, '\n'});
        SafePath deep = SafePath.of("d".repeat(200) + "/" + "e".repeat(98) + "/f");
        long first = pack.add(odd, ATTRIBUTES, new byte[] {1, 2, 3}, 3);
        long second = pack.add(deep, ATTRIBUTES, new byte[600], 600);
        long third = pack.add(SafePath.of("x".repeat(98) + "/y"), ATTRIBUTES, new byte[0], 0);
        BlobRef blob = pack.finish();

        byte[] content = blobs.open(blob).readAllBytes();
        assertThat(content).hasSize((int) blob.bytes());
        assertThat(first).isEqualTo(512);
        assertThat(content[512]).isEqualTo((byte) 1);
        assertThat(second).isEqualTo(1024 + 512 + 512 + 512);
        assertThat(third).isEqualTo(blob.bytes());
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(content), "ISO-8859-1")) {
            TarArchiveEntry entry = tar.getNextEntry();
            assertThat(entry.getName()).isEqualTo("o\u00ff\n");
            assertThat(entry.getMode() & 07777).isEqualTo(0640);
            assertThat(entry.getUserName()).isEqualTo("www-data");
            assertThat(entry.getLastModifiedDate().getTime()).isEqualTo(1_700_000_000_000L);
            assertThat(tar.readAllBytes()).containsExactly(1, 2, 3);
            assertThat(tar.getNextEntry().getName()).isEqualTo(deep.toString());
            TarArchiveEntry last = tar.getNextEntry();
            assertThat(last.getName()).endsWith("/y");
            assertThat(last.isFile()).isTrue();
            assertThat(tar.getNextEntry()).isNull();
        }
    }

    @Test
    void isTheSameForTheSameFiles() {
        pack.add(SafePath.of("a"), ATTRIBUTES, new byte[100], 100);
        BlobRef first = pack.finish();
        pack.add(SafePath.of("a"), ATTRIBUTES, new byte[100], 100);
        assertThat(pack.finish()).isEqualTo(first);
        assertThat(pack.isEmpty()).isTrue();
    }

    @Test
    void doesNotGrowOverItsSize() {
        byte[] content = new byte[Pack.SMALL - 1];
        int files = 0;
        while (pack.fits(SafePath.of("f" + files), content.length)) {
            pack.add(SafePath.of("f" + files++), ATTRIBUTES, content, content.length);
        }
        assertThat(files).isEqualTo(15);
        assertThatThrownBy(() -> pack.add(SafePath.of("g"), ATTRIBUTES, content, content.length))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(pack.finish().bytes()).isLessThanOrEqualTo(Pack.SIZE);
        assertThatThrownBy(() -> pack.add(SafePath.of("g"), ATTRIBUTES, new byte[Pack.SMALL], Pack.SMALL))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

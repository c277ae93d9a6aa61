package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The head of pg_dump's archive: its table of contents. */
public final class ArchiveFuzz {
    private ArchiveFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("archive", ArchiveFuzz::archive));
    }

    private static FuzzTarget archive() throws IOException {
        return FuzzTarget.of(Form.BYTES, List.of(archive(14), archive(15), archive(16)), input -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            String hash = ArchiveHead.copy(new ByteArrayInputStream(input), out);
            assertThat(hash).matches("|[0-9a-f]{64}");
            if (!hash.isEmpty()) {
                assertThat(out.size()).isEqualTo(input.length);
                ByteArrayOutputStream again = new ByteArrayOutputStream();
                assertThat(ArchiveHead.copy(new ByteArrayInputStream(out.toByteArray()), again))
                        .isEqualTo(hash);
                assertThat(again.toByteArray()).isEqualTo(out.toByteArray());
            }
        });
    }

    /** As pg_dump 12 to 18 write it: {@code WriteHead} and {@code WriteToc} of its {@code pg_backup_archiver.c}. */
    private static byte[] archive(int minor) throws IOException {
        Archive archive = new Archive();
        archive.raw(("PGDMP\1" + (char) minor + "\0\4\10\1").getBytes(StandardCharsets.ISO_8859_1));
        if (minor >= 15) {
            archive.raw(new byte[1]);
        } else {
            archive.number(-1);
        }
        for (int part : new int[] {1, 2, 3, 20, 10, 126, 0}) {
            archive.number(part);
        }
        archive.texts("site", "15.18", "15.18 (Debian)");
        archive.number(3);
        archive.entry(minor, "TABLE", "note", 2, "CREATE TABLE public.note (id integer);\n");
        archive.entry(minor, "TABLE DATA", "note", 3, null);
        archive.entry(minor, "COMMENT", "LARGE OBJECT 4711", 2, "COMMENT ON LARGE OBJECT 4711 IS 'x';\n");
        archive.raw(new byte[] {1, 0, 0, 0, 0, 9, 9, 9});
        return archive.bytes.toByteArray();
    }

    private static final class Archive {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void raw(byte[] content) {
            bytes.writeBytes(content);
        }

        void number(int value) {
            int left = Math.abs(value);
            bytes.write(value < 0 ? 1 : 0);
            for (int i = 0; i < 4; i++) {
                bytes.write(left >> 8 * i);
            }
        }

        void texts(String... texts) {
            for (String text : texts) {
                if (text == null) {
                    number(-1);
                } else {
                    number(text.length());
                    raw(text.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }

        void entry(int minor, String kind, String tag, int section, String definition) {
            number(1);
            number(1);
            texts("1259", "16389", tag, kind);
            number(section);
            texts(definition, "DROP x;\n", null, "public", "", "heap");
            if (minor >= 16) {
                number(114);
            }
            texts("site", "false", "2", "3", null);
            bytes.write(2);
            raw(new byte[8]);
        }
    }
}

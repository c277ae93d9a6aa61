package io.understudy.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A custom archive as pg_dump writes it, with two entries and the rows of a third. */
final class SampleArchive {
    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    private SampleArchive() {}

    /** @param minor of the version 1.x of the archive */
    static byte[] of(int minor) {
        return new SampleArchive().made(minor);
    }

    private byte[] made(int minor) {
        write("PGDMP".getBytes(StandardCharsets.US_ASCII));
        write(1, minor, 0, 4, 8, 1);
        if (minor >= 15) {
            write(0);
        } else {
            number(0);
        }
        for (int i = 0; i < 7; i++) {
            number(i);
        }
        text("site");
        text("15.1");
        text(null);
        number(2);
        entry(minor, 7, "TABLE", 2, "CREATE TABLE t (a int)\nPARTITION BY HASH (a);\n");
        entry(minor, -8, "VIEW", 4, null, "7", "5");
        write(1);
        number(9);
        number(3);
        write("1\n2".getBytes(StandardCharsets.US_ASCII));
        number(0);
        return archive.toByteArray();
    }

    private void entry(int minor, int id, String kind, int section, String definition, String... needs) {
        number(id);
        number(1);
        text("1259");
        text("16384");
        text("name of " + kind);
        text(kind);
        number(section);
        text(definition);
        text("DROP");
        text(null);
        text("public");
        text("");
        text("heap");
        if (minor >= 16) {
            number(114);
        }
        text("größe");
        text("false");
        for (String need : needs) {
            text(need);
        }
        text(null);
        write(1, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private void write(int... bytes) {
        for (int each : bytes) {
            archive.write(each);
        }
    }

    private void write(byte[] bytes) {
        archive.writeBytes(bytes);
    }

    private void number(int value) {
        write(value < 0 ? 1 : 0);
        for (int i = 0, left = Math.abs(value); i < 4; i++, left >>= 8) {
            write(left & 0xff);
        }
    }

    private void text(String text) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        number(text == null ? -1 : bytes.length);
        write(bytes);
    }
}

package io.understudy.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Values that parsers get wrong. */
final class Values {
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-1",
            "1",
            "127",
            "128",
            "255",
            "256",
            "65535",
            "65536",
            "99999999",
            "100000000",
            "2147483647",
            "2147483648",
            "-2147483648",
            "4294967295",
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "0.5",
            "1e3",
            "1e308",
            "1e400",
            "1e99999999",
            "1e-99999999",
            "00",
            "0x10",
            "NaN",
            "9".repeat(1001),
            "9".repeat(20_000));

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            ".",
            "..",
            "../../etc/passwd",
            "/",
            "a/../b",
            "\0",
            "\n",
            "\r\n",
            "\u001b[31m",
            "\u202e",
            "\ufeff",
            "\ud800",
            "é",
            "\ud83d\ude00",
            "\\",
            "\\N",
            "\\.",
            "\t",
            "\"",
            "'",
            "''",
            "%00",
            "%",
            "${HOME}",
            "null",
            "2026-11-20T10:11:12Z",
            "+1000000000-12-31T23:59:59.999999999Z",
            "-1000000000-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "00000000-0000-0000-0000-000000000000",
            "00000001-00000001",
            "99999999-99999999",
            "ab".repeat(32),
            "١٢٣",
            "x".repeat(70_000));

    private static final List<byte[]> NO_UTF8 = List.of(
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            new byte[] {(byte) 0xe2, (byte) 0x82},
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});

    private Values() {}

    static String number(Random random) {
        return of(NUMBERS, random);
    }

    static String text(Random random) {
        return of(TEXTS, random);
    }

    /** Bytes that are no UTF-8, and the mark of byte order. */
    static byte[] broken(Random random) {
        return of(NO_UTF8, random);
    }

    /** A number in binary, of 1, 2, 4 or 8 bytes. */
    static byte[] binary(Random random) {
        long[] extremes = {0, 1, -1, 0x7f, 0x80, 0x7fff, 0x8000, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE};
        long value = extremes[random.nextInt(extremes.length)];
        byte[] bytes = new byte[1 << random.nextInt(4)];
        boolean bigEndian = random.nextBoolean();
        for (int i = 0; i < bytes.length; i++) {
            bytes[bigEndian ? bytes.length - 1 - i : i] = (byte) (value >> 8 * i);
        }
        return bytes;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static <T> T of(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}

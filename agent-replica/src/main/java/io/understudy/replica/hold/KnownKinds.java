package io.understudy.replica.hold;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The kinds of files whose bytes look random because they are compressed, by how they begin. */
final class KnownKinds {
    /** Where in the file, and what, in hexadecimal. */
    private record Beginning(int offset, byte[] bytes) {
        static Beginning of(int offset, String hex) {
            return new Beginning(offset, HexFormat.of().parseHex(hex));
        }

        boolean isThere(byte[] head) {
            int end = offset + bytes.length;
            return head.length >= end && Arrays.equals(head, offset, end, bytes, 0, bytes.length);
        }
    }

    private static final List<Beginning> ALL = List.of(
            Beginning.of(0, "ffd8ff"), // JPEG
            Beginning.of(0, "89504e47"), // PNG
            Beginning.of(0, "47494638"), // GIF
            Beginning.of(0, "52494646"), // RIFF: WebP, AVI, WAV
            Beginning.of(4, "66747970"), // ISO media: MP4, MOV, HEIC, AVIF
            Beginning.of(0, "1a45dfa3"), // Matroska, WebM
            Beginning.of(0, "4f676753"), // Ogg
            Beginning.of(0, "664c6143"), // FLAC
            Beginning.of(0, "494433"), // MP3 with tags
            Beginning.of(0, "fffb"), // MP3
            Beginning.of(0, "fff3"),
            Beginning.of(0, "fff1"), // AAC
            Beginning.of(0, "49492a00"), // TIFF
            Beginning.of(0, "4d4d002a"),
            Beginning.of(0, "000000"), // boxes of ISO media, icons, and what begins with a length
            Beginning.of(0, "25504446"), // PDF
            Beginning.of(0, "504b"), // zip: also documents, packages, books
            Beginning.of(0, "1f8b"), // gzip
            Beginning.of(0, "425a68"), // bzip2
            Beginning.of(0, "fd377a585a00"), // xz
            Beginning.of(0, "28b52ffd"), // zstd
            Beginning.of(0, "377abcaf271c"), // 7z
            Beginning.of(0, "526172211a07"), // rar
            Beginning.of(0, "04224d18"), // lz4
            Beginning.of(0, "774f4632"), // WOFF2
            Beginning.of(0, "774f4646"), // WOFF
            Beginning.of(0, "d0cf11e0")); // older office documents

    private KnownKinds() {}

    static boolean isKnown(byte[] head) {
        return ALL.stream().anyMatch(each -> each.isThere(head));
    }
}

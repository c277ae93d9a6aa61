package io.understudy.repository.tree;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/** What stands in a tar archive before the content of a file: GNU format, a long name in an entry of its own. */
final class TarHeader {
    /** Headers and contents begin at multiples of it. */
    static final int BLOCK = 512;

    private static final int SHORT_NAME = 99;
    /** One byte is one character both ways, so every name keeps its bytes. */
    private static final ZipEncoding BYTES = ZipEncodingHelper.getZipEncoding(StandardCharsets.ISO_8859_1.name());

    private TarHeader() {}

    /** The length of a header. */
    static int length(SafePath path) {
        return BLOCK + (path.length() > SHORT_NAME ? BLOCK + rounded(path.length() + 1) : 0);
    }

    static int rounded(int size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    static byte[] of(SafePath path, Attributes attributes, int size) {
        byte[] header = new byte[length(path)];
        String name = new String(path.bytes(), StandardCharsets.ISO_8859_1);
        if (path.length() > SHORT_NAME) {
            TarArchiveEntry link = new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME);
            link.setModTime(0L);
            link.setIds(0, 0);
            link.setUserName("");
            link.setGroupName("");
            link.setSize(path.length() + 1L);
            write(link, header, 0);
            System.arraycopy(path.bytes(), 0, header, BLOCK, path.length());
        }
        TarArchiveEntry entry = new TarArchiveEntry(
                name.substring(0, Math.min(name.length(), SHORT_NAME)), TarConstants.LF_NORMAL, true);
        entry.setMode(0100000 | attributes.mode());
        entry.setModTime(Math.max(0, attributes.modified().getEpochSecond()) * 1000);
        entry.setIds(0, 0);
        entry.setUserName(clipped(attributes.owner()));
        entry.setGroupName(clipped(attributes.group()));
        entry.setSize(size);
        write(entry, header, header.length - BLOCK);
        return header;
    }

    private static String clipped(String name) {
        return name.substring(0, Math.min(31, name.length()));
    }

    private static void write(TarArchiveEntry entry, byte[] header, int at) {
        byte[] block = new byte[BLOCK];
        try {
            entry.writeEntryHeader(block, BYTES, true);
        } catch (IOException e) {
            throw new IllegalStateException("a header is written to memory", e);
        }
        System.arraycopy(block, 0, header, at, BLOCK);
    }
}

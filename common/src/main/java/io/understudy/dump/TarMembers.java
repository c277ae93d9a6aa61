package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/**
 * Files as a tar archive that is written as it is made, each readable by its owner alone. Where it ends early it has no
 * end, and the file in the middle is too short. Sizes from 8 GiB on are binary, as GNU tar, bsdtar and pg_restore read
 * them; pg_restore knows no extended headers. Not thread-safe.
 */
final class TarMembers implements DumpMembers {
    private static final int BLOCK = 512;
    /** What tar reads at once by default. */
    private static final int RECORD = 20 * BLOCK;

    private static final int PRIVATE = 0600;
    private static final ZipEncoding ASCII = ZipEncodingHelper.getZipEncoding(StandardCharsets.US_ASCII.name());

    private final OutputStream out;
    private final Instant modified;
    private long written;

    /**
     * @param out buffered
     * @param modified when the files say that they were
     */
    TarMembers(OutputStream out, Instant modified) {
        this.out = out;
        this.modified = modified;
    }

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED} where the content is longer or shorter than its size */
    @Override
    public void add(String name, LongSupplier size, Content content) throws IOException {
        Member member = new Member(name, size.getAsLong());
        out.write(header(name, member.left));
        content.write(member, 0);
        if (member.left > 0) {
            throw member.unlike("shorter");
        }
        written += BLOCK + member.size;
        fill(BLOCK);
    }

    private byte[] header(String name, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setMode(PRIVATE);
        entry.setModTime(Math.max(0, modified.toEpochMilli()));
        entry.setIds(0, 0);
        entry.setUserName("");
        entry.setGroupName("");
        entry.setSize(size);
        byte[] header = new byte[BLOCK];
        entry.writeEntryHeader(header, ASCII, true);
        return header;
    }

    /** Up to a multiple of this size. */
    private void fill(int size) throws IOException {
        int missing = (int) ((size - written % size) % size);
        out.write(new byte[missing]);
        written += missing;
    }

    /** The end, without which the archive is not whole. */
    void end() throws IOException {
        out.write(new byte[2 * BLOCK]);
        written += 2 * BLOCK;
        fill(RECORD);
        out.flush();
    }

    /** One file, which has to be as long as its header says. */
    private final class Member extends OutputStream {
        private final String name;
        private final long size;
        private long left;

        Member(String name, long size) {
            this.name = name;
            this.size = size;
            this.left = size;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (length > left) {
                throw unlike("longer");
            }
            out.write(source, offset, length);
            left -= length;
        }

        private UnderstudyException unlike(String how) {
            return new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot write the dump: the content of " + name + " is " + how + " than the " + size
                            + " bytes that the snapshot's lists say",
                    "run verify; write it as a script, which needs no sizes: dump without --format");
        }
    }
}

package io.understudy.filestore.sftp;

import io.understudy.filestore.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.sftp.client.SftpErrorDataHandler;
import org.apache.sshd.sftp.client.SftpVersionSelector;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHStatExtensionInfo;
import org.apache.sshd.sftp.client.impl.DefaultCloseableHandle;
import org.apache.sshd.sftp.client.impl.DefaultSftpClient;
import org.apache.sshd.sftp.client.impl.SftpInputStreamAsync;
import org.apache.sshd.sftp.client.impl.SftpResponse;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * The requests that a filestore sends over one SFTP channel, version 3 with OpenSSH's extensions. Content is sent
 * without waiting for the answer to each part; so are the requests behind it, for a server works on the requests for
 * one file in their order. Thread-safe.
 *
 * <p>More than 300 lines, for each request of one protocol is a few lines here.
 */
final class SftpChannel extends DefaultSftpClient {
    /** Of one part of a file, each of which is one packet of SSH too. Every server takes so many. */
    private static final int PART = 32 * 1024 - 100;

    /** Parts that are sent and not answered yet. */
    private static final int UNANSWERED = 64;

    /** Length, type and id of a request. */
    private static final int HEADER = 9;

    private static final int SMALL = 64;

    /** What a small file may take of a disk besides its content: its blocks, its name and its folder. */
    private static final long OVERHEAD = 64 * 1024;

    private final Set<Extension> extensions = EnumSet.noneOf(Extension.class);
    private final long openHandles;

    /** Opens the channel in an authenticated session. */
    SftpChannel(ClientSession session) throws IOException {
        super(session, SftpVersionSelector.fixedVersionSelector(SftpConstants.SFTP_V3), SftpErrorDataHandler.EMPTY);
        getServerExtensions().keySet().forEach(id -> Extension.of(id).ifPresent(extensions::add));
        openHandles = has(Extension.LIMITS) ? askOpenHandles() : 0;
    }

    boolean has(Extension extension) {
        return extensions.contains(extension);
    }

    /** How many files the server lets this channel have open; 0 when it does not say. */
    long openHandles() {
        return openHandles;
    }

    private long askOpenHandles() throws IOException {
        SftpResponse answer = rpc(SftpConstants.SSH_FXP_EXTENDED, extended(Extension.LIMITS));
        if (answer.getType() != SftpConstants.SSH_FXP_EXTENDED_REPLY) {
            return 0;
        }
        Buffer numbers = answer.getBuffer();
        numbers.rpos(numbers.rpos() + 3 * Long.BYTES);
        return Math.max(0, numbers.getLong());
    }

    /** A new file, open for writing; fails when the name is taken. */
    byte[] create(String path, int mode) throws IOException {
        int flags = SftpConstants.SSH_FXF_WRITE | SftpConstants.SSH_FXF_CREAT | SftpConstants.SSH_FXF_EXCL;
        return open(path, flags, mode);
    }

    /** Opens a file, or on many servers a folder, for reading. */
    byte[] openToRead(String path) throws IOException {
        return open(path, SftpConstants.SSH_FXF_READ, 0);
    }

    private byte[] open(String path, int flags, int mode) throws IOException {
        Buffer request = request(path);
        request.putInt(flags);
        putMode(request, mode);
        return checkHandle(SftpConstants.SSH_FXP_OPEN, request);
    }

    void makeFolder(String path, int mode) throws IOException {
        Buffer request = request(path);
        putMode(request, mode);
        checkCommandStatus(SftpConstants.SSH_FXP_MKDIR, request);
    }

    /** Gives a folder its mode, whatever the server's umask took away. */
    void setMode(String path, int mode) throws IOException {
        Buffer request = request(path);
        putMode(request, mode);
        checkCommandStatus(SftpConstants.SSH_FXP_SETSTAT, request);
    }

    /**
     * Writes the whole content, gives the file its mode where the server lets it, forces it to disk if the server can
     * do that, and closes it.
     *
     * @throws SftpException the first refusal; the file is closed all the same
     */
    void fill(byte[] handle, Content content, int mode) throws IOException {
        Answers answers = new Answers();
        for (int at = 0; at < content.length(); ) {
            int length = Math.min(PART, content.length() - at);
            Buffer part = request(handle, Long.BYTES + Integer.BYTES + length);
            part.putLong(at);
            part.putBytes(content.buffer(), at, length);
            answers.expect(SftpConstants.SSH_FXP_WRITE, part, UNANSWERED);
            at += length;
        }
        Buffer modes = request(handle, 2 * Integer.BYTES);
        putMode(modes, mode);
        answers.tolerate(SftpConstants.SSH_FXP_FSETSTAT, modes);
        if (has(Extension.FSYNC)) {
            answers.expect(SftpConstants.SSH_FXP_EXTENDED, fsync(handle), UNANSWERED);
        }
        answers.expect(SftpConstants.SSH_FXP_CLOSE, request(handle, 0), 0);
        answers.check();
    }

    /** Forces an open file or folder to disk, and closes it. */
    void forceAndClose(byte[] handle) throws IOException {
        Answers answers = new Answers();
        answers.expect(SftpConstants.SSH_FXP_EXTENDED, fsync(handle), UNANSWERED);
        answers.expect(SftpConstants.SSH_FXP_CLOSE, request(handle, 0), 0);
        answers.check();
    }

    /** Size of an open file in bytes. */
    long size(byte[] handle) throws IOException {
        return checkAttributes(SftpConstants.SSH_FXP_FSTAT, request(handle, 0)).getSize();
    }

    /** Reads an open file from an offset to its end, some parts ahead; closing it closes the file. */
    InputStream read(String path, byte[] handle, long offset, long size) {
        return new SftpInputStreamAsync(
                this, PART, offset, size, path, new DefaultCloseableHandle(this, path, handle), true);
    }

    void close(byte[] handle) throws IOException {
        checkCommandStatus(SftpConstants.SSH_FXP_CLOSE, request(handle, 0));
    }

    /** Another name for a file, by {@link Extension#HARDLINK}; fails when the name is taken. */
    void link(String name, String file) throws IOException {
        paths(Extension.HARDLINK, file, name);
    }

    /** Replaces what has the name, by {@link Extension#POSIX_RENAME}. */
    void replace(String file, String name) throws IOException {
        paths(Extension.POSIX_RENAME, file, name);
    }

    private void paths(Extension extension, String first, String second) throws IOException {
        Buffer request = extended(extension);
        putReferencedName(SftpConstants.SSH_FXP_EXTENDED, request, first, 0);
        putReferencedName(SftpConstants.SSH_FXP_EXTENDED, request, second, 1);
        checkCommandStatus(SftpConstants.SSH_FXP_EXTENDED, request);
    }

    /** What the name stands for, behind links; empty when there is nothing. */
    Optional<Attributes> find(String path) throws IOException {
        try {
            return Optional.of(stat(path));
        } catch (SftpException e) {
            return nothing(e);
        }
    }

    /** What has the name, be it a link; empty when it is free. */
    Optional<Attributes> findName(String path) throws IOException {
        try {
            return Optional.of(lstat(path));
        } catch (SftpException e) {
            return nothing(e);
        }
    }

    private static <T> Optional<T> nothing(SftpException e) throws SftpException {
        if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
            throw e;
        }
        return Optional.empty();
    }

    /**
     * All entries of a folder but itself and its parent.
     *
     * @param enough asked after each answer whether so many end the reading
     */
    List<DirEntry> entries(String folder, IntPredicate enough) throws IOException {
        List<DirEntry> all = new ArrayList<>();
        try (CloseableHandle handle = openDir(folder)) {
            AtomicReference<Boolean> end = new AtomicReference<>();
            while (!enough.test(all.size()) && !Boolean.TRUE.equals(end.get())) {
                List<DirEntry> some = readDir(handle, end);
                if (some == null) {
                    break;
                }
                some.stream()
                        .filter(entry -> !entry.getFilename().equals(".")
                                && !entry.getFilename().equals(".."))
                        .forEach(all::add);
            }
        }
        return all;
    }

    /** Bytes that the user may still write where the path is; empty when the server does not say. */
    Optional<Long> room(String path) throws IOException {
        if (!has(Extension.STATVFS)) {
            return Optional.empty();
        }
        Buffer request = extended(Extension.STATVFS);
        putReferencedName(SftpConstants.SSH_FXP_EXTENDED, request, path, 0);
        SftpResponse answer = rpc(SftpConstants.SSH_FXP_EXTENDED, request);
        if (answer.getType() != SftpConstants.SSH_FXP_EXTENDED_REPLY) {
            return Optional.empty();
        }
        OpenSSHStatExtensionInfo info = new OpenSSHStatExtensionInfo(answer.getBuffer());
        return Optional.of(info.f_bavail * info.f_frsize);
    }

    /**
     * OpenSSH says of a write to a full disk no more than that it failed.
     *
     * @param bytes that were to be written where the path is
     * @return a refusal for want of room where there is less, otherwise the same
     */
    SftpException explained(SftpException refusal, String path, long bytes) throws IOException {
        boolean full = refusal.getStatus() == SftpConstants.SSH_FX_FAILURE
                && room(path).orElse(Long.MAX_VALUE) < bytes + OVERHEAD;
        return full ? new SftpException(SftpConstants.SSH_FX_NO_SPACE_ON_FILESYSTEM, refusal.getMessage()) : refusal;
    }

    private Buffer fsync(byte[] handle) {
        Buffer request = extended(Extension.FSYNC);
        request.putBytes(handle);
        return request;
    }

    private Buffer extended(Extension extension) {
        Buffer request = empty(SMALL);
        request.putString(extension.id());
        return request;
    }

    private Buffer request(String path) {
        Buffer request = empty(path.length() + SMALL);
        return putReferencedName(SftpConstants.SSH_FXP_OPEN, request, path, 0);
    }

    private static Buffer request(byte[] handle, int more) {
        Buffer request = empty(Integer.BYTES + handle.length + more);
        request.putBytes(handle);
        return request;
    }

    /** With room in front, so that nothing is copied when it is sent. */
    private static Buffer empty(int capacity) {
        Buffer request = new ByteArrayBuffer(HEADER + capacity, false);
        request.rpos(HEADER);
        request.wpos(HEADER);
        return request;
    }

    private static void putMode(Buffer request, int mode) {
        request.putInt(mode == 0 ? 0 : SftpConstants.SSH_FILEXFER_ATTR_PERMISSIONS);
        if (mode != 0) {
            request.putInt(mode);
        }
    }

    /** Of requests that are on their way; all are waited for, so that none is left behind. */
    private final class Answers {
        private record Sent(int command, int id, boolean needed) {}

        private final Queue<Sent> open = new ArrayDeque<>();
        private SftpException refusal;

        /** Sends one more, and waits until no more than {@code most} are open. */
        void expect(int command, Buffer request, int most) throws IOException {
            open.add(new Sent(command, write(command, request).getId(), true));
            receive(most);
        }

        /** Sends one more whose refusal does not count. */
        void tolerate(int command, Buffer request) throws IOException {
            open.add(new Sent(command, write(command, request).getId(), false));
        }

        private void receive(int most) throws IOException {
            while (open.size() > most) {
                Sent oldest = open.remove();
                try {
                    checkResponseStatus(response(oldest.command(), oldest.id()));
                } catch (SftpException e) {
                    refusal = refusal == null && oldest.needed() ? e : refusal;
                }
            }
        }

        void check() throws SftpException {
            if (refusal != null) {
                throw refusal;
            }
        }
    }
}

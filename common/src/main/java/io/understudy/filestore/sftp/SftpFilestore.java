package io.understudy.filestore.sftp;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.FolderWalk;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.Remark;
import io.understudy.filestore.WriteBatch;
import io.understudy.filestore.sftp.Connections.Operation;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * Keeps each object in a file of its name below a root folder of a server, which must exist: a disk that is not mounted
 * is an error, not an empty repository. An object is written to a temporary file, forced to disk, then renamed (or, for
 * {@link #putIfAbsent}, linked) to its name, and its folder is forced; so it appears whole, and stays, as far as the
 * server has OpenSSH's extensions: see {@link ServerRemarks}. Retries nothing by itself.
 *
 * <p>Files and their names are those of a directory, so a server may serve both: agents over SSH, and one of its own.
 */
public final class SftpFilestore implements Filestore {
    private final Location location;
    private final Failures failures;
    private final Connections connections;
    private final Folders folders;
    private final TemporaryFiles temporary;
    private final Names names;
    private final Exclusive exclusive;

    /**
     * Connects to nothing yet.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID}
     */
    public SftpFilestore(FilestoreSettings settings, Ticker ticker) {
        this(settings, ticker, System::getenv);
    }

    /** @param environment a variable's value, or null */
    SftpFilestore(FilestoreSettings settings, Ticker ticker, UnaryOperator<String> environment) {
        this(Location.parse(settings.url()), settings, ticker, environment);
    }

    private SftpFilestore(
            Location location, FilestoreSettings settings, Ticker ticker, UnaryOperator<String> environment) {
        this(location, Connections.of(location, settings, ticker, environment), ticker);
    }

    SftpFilestore(Location location, Connections connections, Ticker ticker) {
        this.location = location;
        this.connections = connections;
        this.failures = new Failures(location);
        this.folders = new Folders(location.root());
        this.temporary = new TemporaryFiles(location.root(), folders);
        this.names = new Names(folders);
        this.exclusive = new Exclusive(location, temporary, ticker);
    }

    @Override
    public String name() {
        return location.toString();
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(run("check", 0, exclusive::byLinks));
    }

    @Override
    public List<Remark> remarks() {
        return run("check", 0, channel -> new ServerRemarks(folders, exclusive).of(channel));
    }

    @Override
    public void put(String key, Content content) {
        String name = file(key);
        run(
                "write " + key + " to",
                content.length(),
                channel -> place(channel, content, file -> {
                    return names.give(channel, name, file, Names::replace);
                }));
    }

    /** @param unforced receives the folders that are to be forced before the object is durable */
    void put(String key, Content content, Set<String> unforced) {
        String name = file(key);
        run(
                "write " + key + " to",
                content.length(),
                channel -> place(channel, content, file -> {
                    names.giveLater(channel, name, file, unforced);
                    return true;
                }));
    }

    /** Makes the names in a folder durable. */
    void force(String folder) {
        run("write to", 0, channel -> {
            folders.force(channel, folder);
            return true;
        });
    }

    @Override
    public WriteBatch batch() {
        return new SftpBatch(this);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        String name = file(key);
        return run("write " + key + " to", content.length, channel -> {
            if (channel.findName(name).isPresent()) {
                return false;
            }
            return place(channel, Content.of(content), file -> names.give(channel, name, file, exclusive::create));
        });
    }

    @Override
    public InputStream open(String key, long offset) {
        String file = file(key);
        String action = "read " + key + " from";
        Connection connection = connections.take(action);
        boolean opened = false;
        try {
            InputStream in = open(connection.channel(), key, file, offset);
            opened = true;
            return new ObjectStream(connections, connection, action, in);
        } catch (IOException | RuntimeException e) {
            throw connections.failed(connection, action, e);
        } finally {
            if (!opened) {
                connections.release(connection);
            }
        }
    }

    /** Looked at before it is opened: to open a pipe would never end. */
    private InputStream open(SftpChannel channel, String key, String file, long offset) throws IOException {
        if (regular(channel, file).isEmpty()) {
            requireRoot(channel, "read from");
            throw failures.missing(key);
        }
        byte[] handle;
        try {
            handle = channel.openToRead(file);
        } catch (SftpException e) {
            if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
                throw failures.missing(key);
            }
            throw e;
        }
        long size = channel.size(handle);
        if (offset < 0 || offset > size) {
            channel.close(handle);
            throw failures.tooShort(key, offset, size);
        }
        return channel.read(file, handle, offset, size);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        String file = file(key);
        String action = "look for " + key + " in";
        return run(action, 0, channel -> {
            Optional<Attributes> found = regular(channel, file);
            if (found.isEmpty()) {
                requireRoot(channel, action);
            }
            return found.map(each -> SftpListing.info(key, each));
        });
    }

    @Override
    public Page page(String prefix, String after) {
        return run("list", 0, channel -> {
            requireRoot(channel, "list");
            return FolderWalk.page(new SftpListing(channel, location), prefix, after);
        });
    }

    @Override
    public void delete(String key) {
        String file = file(key);
        run("delete " + key + " from", 0, channel -> {
            if (regular(channel, file).isEmpty()) {
                requireRoot(channel, "delete from");
            } else {
                remove(channel, file);
            }
            return true;
        });
    }

    private void remove(SftpChannel channel, String file) throws IOException {
        try {
            channel.remove(file);
        } catch (SftpException e) {
            if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
                throw e;
            }
        }
        folders.force(channel, Folders.parent(file));
    }

    @Override
    public void close() {
        connections.close();
    }

    String folderOf(String key) {
        return Folders.parent(file(key));
    }

    private String file(String key) {
        return location.file(Keys.check(key));
    }

    /** What may be read as an object; empty when there is none of that name. */
    private static Optional<Attributes> regular(SftpChannel channel, String file) throws IOException {
        return channel.find(file).filter(Attributes::isRegularFile);
    }

    private interface Placing {
        boolean place(String file) throws IOException;
    }

    /** Writes the content and gives it its name. */
    private boolean place(SftpChannel channel, Content content, Placing placing) throws IOException {
        String file = temporary.write(channel, content);
        boolean moved = false;
        try {
            moved = placing.place(file);
            return moved;
        } finally {
            temporary.remove(channel, file);
        }
    }

    /** @param bytes that are written */
    private <T> T run(String action, long bytes, Operation<T> operation) {
        return connections.run(action, channel -> {
            try {
                return operation.run(channel);
            } catch (SftpException e) {
                if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
                    requireRoot(channel, action);
                }
                throw bytes > 0 ? channel.explained(e, location.root(), bytes) : e;
            }
        });
    }

    private void requireRoot(SftpChannel channel, String action) throws IOException {
        if (channel.find(location.root()).filter(Attributes::isDirectory).isEmpty()) {
            throw failures.noRoot(action);
        }
    }
}

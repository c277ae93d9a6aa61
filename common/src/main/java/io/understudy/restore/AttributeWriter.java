package io.understudy.restore;

import io.understudy.files.Accounts;
import io.understudy.files.Attributes;
import io.understudy.files.FileStat;
import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives files their attributes. Owners and groups go by name, where the agent may set them; a name that this server
 * does not know leaves the file to the agent's own user. Not thread-safe.
 */
public final class AttributeWriter {
    private static final Logger LOG = LoggerFactory.getLogger(AttributeWriter.class);

    private final boolean owners;
    private final boolean strict;
    private final Accounts accounts = new Accounts();
    private final Set<String> unknown = new TreeSet<>();
    private long left;
    private long others;

    /**
     * @param owners whether to set owners at all
     * @param strict whether attributes that can't be set are an error; else a warning, as for folders that belong to
     *     another user
     */
    public AttributeWriter(boolean owners, boolean strict) {
        this.owners = owners;
        this.strict = strict;
    }

    /** Whether the agent may give files away: tried with a file in this folder. */
    public static boolean mayGiveAway(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, ".owner", "");
        try {
            int uid = FileStat.of(probe).uid();
            Files.setAttribute(probe, "unix:uid", uid == 0 ? 1 : 0, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (FileSystemException e) {
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** As the file has them now. */
    public Attributes read(Path path, FileStat stat) throws IOException {
        return Attributes.of(stat, path, accounts);
    }

    /** Whether a file that has {@code now} needs nothing to have {@code wanted}. */
    public boolean fits(Attributes now, Attributes wanted) {
        return now.mode() == wanted.mode()
                && now.modified().equals(wanted.modified())
                && (!changesUser(now, wanted) && !changesGroup(now, wanted));
    }

    /** Whether nothing is to be set. */
    public boolean isSet(Path path, Attributes wanted) throws IOException {
        return fits(read(path, FileStat.of(path)), wanted);
    }

    /** Sets what differs, the time last. A link itself is changed, not what it points to. */
    public void setAttributes(Path path, Attributes wanted) throws IOException {
        FileStat stat = FileStat.of(path);
        try {
            Attributes now = read(path, stat);
            count(now, wanted);
            boolean given = giveAway(path, now, wanted);
            if (stat.type() != FileStat.Type.LINK && (given || now.mode() != wanted.mode())) {
                Files.setAttribute(path, "unix:mode", wanted.mode());
            }
            Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(wanted.modified()), null, null);
        } catch (FileSystemException e) {
            if (strict || !isDenied(e)) {
                throw e;
            }
            LOG.warn("{} keeps its attributes: {}", RawPaths.printable(path), e.getReason());
        }
    }

    /** Says once what could not be given its owner. */
    public void report(String tree) {
        if (left > 0) {
            LOG.warn(
                    "tree {}: {} files or folders stay with the agent's user or group: this server does not know {}",
                    tree,
                    left,
                    unknown);
        }
    }

    private boolean giveAway(Path path, Attributes now, Attributes wanted) throws IOException {
        boolean user = changesUser(now, wanted);
        boolean group = changesGroup(now, wanted);
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (user) {
            view.setOwner(accounts.findUser(wanted.owner()).orElseThrow());
        }
        if (group) {
            view.setGroup(accounts.findGroup(wanted.group()).orElseThrow());
        }
        return user || group;
    }

    private boolean changesUser(Attributes now, Attributes wanted) {
        return owners
                && !now.owner().equals(wanted.owner())
                && accounts.findUser(wanted.owner()).isPresent();
    }

    private boolean changesGroup(Attributes now, Attributes wanted) {
        return owners
                && !now.group().equals(wanted.group())
                && accounts.findGroup(wanted.group()).isPresent();
    }

    /**
     * How many files or folders were to have an owner or group that they did not get: as this server does not know it,
     * or as this process may not give files away.
     */
    public long keptOwners() {
        return left + others;
    }

    /** Users and groups that this server does not know. */
    public Set<String> unknown() {
        return Set.copyOf(unknown);
    }

    private void count(Attributes now, Attributes wanted) {
        if (!owners && !(now.owner().equals(wanted.owner()) && now.group().equals(wanted.group()))) {
            others++;
        }
        boolean user = accounts.findUser(wanted.owner()).isPresent();
        boolean group = accounts.findGroup(wanted.group()).isPresent();
        if (owners && !(user && group)) {
            left++;
            unknown.add(user ? wanted.group() : wanted.owner());
        }
    }

    private static boolean isDenied(FileSystemException e) {
        return e instanceof AccessDeniedException
                || (e.getReason() != null && e.getReason().contains("not permitted"));
    }
}

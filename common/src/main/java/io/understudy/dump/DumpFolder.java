package io.understudy.dump;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A new folder that a dump is written to, of this user alone, as a {@link DumpDraft} is: the same command goes on after
 * a kill. Not thread-safe.
 */
final class DumpFolder {
    private final DumpDraft draft;
    private final long chunk;

    private DumpFolder(DumpDraft draft, long chunk) {
        this.draft = draft;
        this.chunk = chunk;
    }

    /** As {@link DumpDraft#of}. */
    static DumpFolder of(Path wanted) {
        return of(wanted, DumpContent.CHUNK);
    }

    /** @param chunk how many bytes are written again at most */
    static DumpFolder of(Path wanted, long chunk) {
        return new DumpFolder(DumpDraft.of(wanted, new Form()), chunk);
    }

    /** As {@link DumpDraft#begun}. */
    Optional<SnapshotId> begun(Asked wanted) {
        return draft.begun(wanted);
    }

    /**
     * As {@link DumpDraft#write}.
     *
     * @param fingerprint of what the files hold
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, too
     */
    boolean write(Asked asked, String fingerprint, DumpMembers.Source files, Earlier earlier) {
        return draft.write(asked, fingerprint, new Work(files, chunk), earlier);
    }

    private record Work(DumpMembers.Source files, long chunk) implements DumpDraft.Work<FolderMembers> {
        @Override
        public FolderMembers open(Path content) throws IOException {
            return FolderMembers.open(content, chunk);
        }

        @Override
        public void write(FolderMembers content) throws IOException {
            files.write(content);
        }
    }

    /** The content is a folder, which is moved to its name. */
    private static final class Form implements DumpDraft.Form {
        @Override
        public void begin(Path content) {
            AtomicFiles.createFolders(content, AtomicFiles.PRIVATE_FOLDER);
        }

        @Override
        public boolean isOurs(Path content) {
            return Files.isDirectory(content, LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        public boolean isNamed(Path content, Path target) {
            return !Files.exists(content, LinkOption.NOFOLLOW_LINKS)
                    && Files.isRegularFile(target.resolve(DirectoryDump.CONTENTS), LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        public void name(Path content, Path target) throws IOException {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(content, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.forceFolder(target.getParent());
            AtomicFiles.forceFolder(content.getParent());
        }
    }
}

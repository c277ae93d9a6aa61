package io.understudy.dump;

import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A new file that a dump is written to, readable by this user alone. It is written as a {@link DumpDraft}, so the same
 * command goes on after a kill. Not thread-safe.
 */
final class DumpFile {
    private final DumpDraft draft;
    private final long chunk;

    private DumpFile(DumpDraft draft, long chunk) {
        this.draft = draft;
        this.chunk = chunk;
    }

    /** As {@link DumpDraft#of}. */
    static DumpFile of(Path wanted) {
        return of(wanted, DumpContent.CHUNK);
    }

    /** @param chunk how many bytes are written again at most, but for one part of the archive */
    static DumpFile of(Path wanted, long chunk) {
        return new DumpFile(DumpDraft.of(wanted, new Form()), chunk);
    }

    /** As {@link DumpDraft#begun}. */
    Optional<SnapshotId> begun(Asked wanted) {
        return draft.begun(wanted);
    }

    /** As the other, of a command that has one snapshot only. */
    void write(Asked asked, DumpScript script) {
        write(asked, script, Earlier.OF_ONE_SNAPSHOT);
    }

    /** As {@link DumpDraft#write}. */
    boolean write(Asked asked, DumpScript script, Earlier earlier) {
        return draft.write(asked, script.fingerprint(), new Work(script, chunk), earlier);
    }

    private record Work(DumpScript script, long chunk) implements DumpDraft.Work<DumpContent> {
        @Override
        public DumpContent open(Path content) throws IOException {
            return DumpContent.open(content, chunk);
        }

        @Override
        public void write(DumpContent content) {
            script.write(new DumpOutput(content.out()), content.kept(), content::at);
        }
    }

    /** The content is a file, which has two names for a moment. */
    private static final class Form implements DumpDraft.Form {
        @Override
        public void begin(Path content) {
            AtomicFiles.write(content, new byte[0], AtomicFiles.PRIVATE);
        }

        /** One that was whole and had its name may have been moved since by the operator, whose file it is then. */
        @Override
        public boolean isOurs(Path content) {
            try {
                return Files.isRegularFile(content, LinkOption.NOFOLLOW_LINKS)
                        && (int) Files.getAttribute(content, "unix:nlink", LinkOption.NOFOLLOW_LINKS) == 1;
            } catch (IOException e) {
                throw FileFailure.of("look at", content, e);
            }
        }

        @Override
        public boolean isNamed(Path content, Path target) throws IOException {
            return !Files.exists(content) || Files.isSameFile(content, target);
        }

        @Override
        public void name(Path content, Path target) throws IOException {
            Files.createLink(target, content);
            AtomicFiles.forceFolder(target.getParent());
        }
    }
}

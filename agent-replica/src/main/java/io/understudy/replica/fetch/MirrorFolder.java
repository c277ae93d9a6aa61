package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where the mirror is kept. */
public interface MirrorFolder {
    /**
     * To fill it: made where it is not there, for its owner only.
     *
     * @throws UnderstudyException {@code FILE_FAILED}
     */
    Filestore made();

    /** To read it: where it is not there, each call fails with {@code FILESTORE_UNREACHABLE}. */
    Filestore present();

    static MirrorFolder of(Path folder) {
        return new MirrorFolder() {
            @Override
            public Filestore made() {
                try {
                    Files.createDirectories(
                            folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                } catch (IOException e) {
                    throw new UnderstudyException(
                            ErrorCode.FILE_FAILED,
                            "cannot create the mirror " + folder + ": " + e,
                            "make the state folder writable for the user of the agent",
                            e);
                }
                return present();
            }

            @Override
            public Filestore present() {
                return new DirectoryFilestore(folder);
            }
        };
    }
}

package io.understudy.replica.fetch;

import io.understudy.files.AtomicFiles;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import java.nio.file.Path;

/** Where the mirror is kept. */
public interface MirrorFolder {
    /**
     * To fill it: made where it is not there, for its owner only.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED}, {@code FILE_FAILED}, {@code DISK_FULL}
     */
    Filestore made();

    /** To read it: where it is not there, each call fails with {@code FILESTORE_UNREACHABLE}. */
    Filestore present();

    static MirrorFolder of(Path folder) {
        return new MirrorFolder() {
            @Override
            public Filestore made() {
                AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
                return present();
            }

            @Override
            public Filestore present() {
                return new DirectoryFilestore(folder);
            }
        };
    }
}

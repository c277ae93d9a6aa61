package io.understudy.replica.fetch;

import io.understudy.filestore.Filestore;

/** A mirror's folder that is there from the start. */
record NearFolder(Filestore made) implements MirrorFolder {
    @Override
    public Filestore present() {
        return made;
    }
}

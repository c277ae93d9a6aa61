package io.understudy.repository;

import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.Remark;
import io.understudy.filestore.WriteBatch;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A filestore in which orphans have the names of snapshots, and snapshots have none: what lies in {@code orphans/} is
 * seen in {@code manifests/}. All other objects are those of the filestore, blobs among them. So what reads a snapshot
 * reads an orphan in the same way, and what looks for snapshots never sees one.
 */
final class OrphanNames implements Filestore {
    static final String FOLDER = "orphans/";

    private static final String SNAPSHOTS = "manifests/";

    private final Filestore store;

    OrphanNames(Filestore store) {
        this.store = store;
    }

    private static String inside(String key) {
        return key.startsWith(SNAPSHOTS) ? FOLDER + key.substring(SNAPSHOTS.length()) : key;
    }

    private static String outside(String key) {
        return key.startsWith(FOLDER) ? SNAPSHOTS + key.substring(FOLDER.length()) : key;
    }

    private static ObjectInfo outside(ObjectInfo info) {
        return new ObjectInfo(outside(info.key()), info.size(), info.modified());
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Capabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public Optional<ContentLock> lock() {
        return store.lock();
    }

    @Override
    public List<Remark> remarks() {
        return store.remarks();
    }

    @Override
    public void put(String key, Content content) {
        store.put(inside(key), content);
    }

    @Override
    public boolean putIfAllowed(String key, Content content) {
        return store.putIfAllowed(inside(key), content);
    }

    @Override
    public List<Copy> copies() {
        return store.copies().stream()
                .map(each -> new Copy(each.name(), new OrphanNames(each.store()), each.window(), each.ownRetention()))
                .toList();
    }

    @Override
    public Filestore during(Purpose purpose) {
        return new OrphanNames(store.during(purpose));
    }

    @Override
    public Optional<ObjectInfo> statEverywhere(String key) {
        return store.statEverywhere(inside(key)).map(OrphanNames::outside);
    }

    /** Of blobs, whose names are the same. What it adds to is a snapshot, or an orphan that was saved before. */
    @Override
    public WriteBatch batch() {
        WriteBatch batch = store.batch();
        return new WriteBatch() {
            @Override
            public void put(String key, Content content) {
                batch.put(key, content);
            }

            @Override
            public void keep(String key) {
                batch.keep(key);
            }

            @Override
            public void addsTo(String key) {
                batch.addsTo(store.stat(inside(key)).isPresent() ? inside(key) : key);
            }

            @Override
            public void settle() {
                batch.settle();
            }

            @Override
            public void close() {
                batch.close();
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return store.putIfAbsent(inside(key), content);
    }

    @Override
    public InputStream open(String key, long offset) {
        return store.open(inside(key), offset);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return store.stat(inside(key)).map(OrphanNames::outside);
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return store.statOnce(inside(key)).map(OrphanNames::outside);
    }

    @Override
    public Page page(String prefix, String after) {
        Page page = store.page(inside(prefix), inside(after));
        return new Page(page.objects().stream().map(OrphanNames::outside).toList(), page.more());
    }

    @Override
    public void delete(String key) {
        store.delete(inside(key));
    }

    @Override
    public void close() {
        store.close();
    }
}

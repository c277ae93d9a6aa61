package io.understudy.simulation;

import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import java.io.InputStream;
import java.util.Optional;

/** The disk of a mirror: nothing fails, but the process may die before each write. */
final class SteppedDisk implements Filestore {
    private final Filestore disk;
    private final Run run;

    SteppedDisk(Filestore disk, Run run) {
        this.disk = disk;
        this.run = run;
    }

    @Override
    public String name() {
        return "mirror:";
    }

    @Override
    public Capabilities capabilities() {
        return disk.capabilities();
    }

    @Override
    public void put(String key, Content content) {
        run.step("mirror: put", key);
        disk.put(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        run.step("mirror: create", key);
        return disk.putIfAbsent(key, content);
    }

    @Override
    public InputStream open(String key, long offset) {
        return disk.open(key, offset);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return disk.stat(key);
    }

    @Override
    public Page page(String prefix, String after) {
        return disk.page(prefix, after);
    }

    @Override
    public void delete(String key) {
        run.step("mirror: delete", key);
        disk.delete(key);
    }

    @Override
    public void close() {}
}

package io.understudy.filestore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lists a tree of folders in the order of whole keys, as an object store does: {@code a-b}, {@code a.b}, {@code a/b}. A
 * page ends before a folder, never among the files of one: a folder must be read whole to be sorted, and is read once
 * so. Holds a page, and the names of one folder of each level, in memory.
 */
public final class FolderWalk {
    private static final int FULL = 1_000;

    /** Of one folder, all of whose names are in memory at a time. */
    private static final int MOST = 300_000;

    /** How the name of each small object ends: a folder of such a name is none of the repository's. */
    private static final String JSON = ".json";

    /** Reads the folders of a store. */
    public interface Folders {
        /**
         * What lies directly in a folder, in any order: an object for each file, and for each folder, of key
         * {@code key/}, one of no size. Nothing where there is no such folder.
         *
         * @param folder empty for the root, otherwise with a slash at its end
         */
        List<ObjectInfo> read(String folder) throws IOException;
    }

    private final Folders folders;
    private final String prefix;
    private final String after;
    private final List<ObjectInfo> found = new ArrayList<>();

    private FolderWalk(Folders folders, String prefix, String after) {
        this.folders = folders;
        this.prefix = prefix;
        this.after = after;
    }

    /** As {@link Filestore#page}. */
    public static Page page(Folders folders, String prefix, String after) throws IOException {
        FolderWalk walk = new FolderWalk(folders, prefix, after);
        String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        boolean all = !folder.isEmpty() && !Keys.valid(folder.substring(0, folder.length() - 1)) || walk.walk(folder);
        return new Page(walk.found, !all);
    }

    /** Whether a folder holds more than may be kept in memory: reading it ends then, with {@link #tooMany}. */
    public static boolean isTooMany(int entries) {
        return entries > MOST;
    }

    /** Why such a folder cannot be listed. */
    public static String tooMany(String folder) {
        return "more than " + MOST + " files in " + (folder.isEmpty() ? "the root" : folder);
    }

    /** Whether no object of the repository is in this folder: only blobs are more than one folder deep. */
    public static boolean isStray(String folder) {
        return folder.indexOf('/') < folder.length() - 1 && !folder.startsWith("blobs/");
    }

    /**
     * Whether a listing goes into a folder of this key. One that has the name of a small object is listed as that: the
     * name is not free.
     */
    public static boolean isFolder(String key) {
        return !key.endsWith(JSON);
    }

    /** @return whether there was room for all */
    private boolean walk(String folder) throws IOException {
        List<ObjectInfo> entries = new ArrayList<>(folders.read(folder));
        entries.sort(Comparator.comparing(ObjectInfo::key));
        for (ObjectInfo entry : entries) {
            String key = entry.key();
            if (!key.endsWith("/")) {
                if (key.startsWith(prefix) && key.compareTo(after) > 0) {
                    found.add(entry);
                }
            } else if (matches(key) && (found.size() >= FULL || !walk(key))) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(String folder) {
        return (folder.startsWith(prefix) || prefix.startsWith(folder))
                && (folder.compareTo(after) > 0 || after.startsWith(folder));
    }
}

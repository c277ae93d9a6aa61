package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A path below the root of a tree, as raw bytes, that can't leave it: relative, its names divided by single slashes,
 * none of them empty, {@code .} or {@code ..}, no NUL. Whether a name on its way is a symbolic link is for the code
 * that walks it to check.
 *
 * <p>The order is that of a walk which visits a folder, then what it holds, then the folder's next sibling: names are
 * compared as unsigned bytes, and a slash comes before every other byte.
 */
public final class SafePath implements Comparable<SafePath> {
    /** The tree's root itself: the empty path, written {@code .}; before all others. */
    public static final SafePath ROOT = new SafePath(new byte[0]);

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 4095;

    private final byte[] raw;

    private SafePath(byte[] raw) {
        this.raw = raw;
    }

    /** @throws UnderstudyException {@code UNSAFE_PATH} when the path could leave its root or be no path */
    public static SafePath of(byte[] raw) {
        if (raw.length > LONGEST_PATH) {
            throw unsafe(raw, "it is longer than " + LONGEST_PATH + " bytes");
        }
        int start = 0;
        for (int i = 0; i <= raw.length; i++) {
            if (i == raw.length || raw[i] == '/') {
                checkName(raw, start, i);
                start = i + 1;
            } else if (raw[i] == 0) {
                throw unsafe(raw, "it holds a NUL byte");
            }
        }
        return new SafePath(raw.clone());
    }

    /** As {@link #of(byte[])}, of a text in UTF-8. */
    public static SafePath of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void checkName(byte[] raw, int from, int to) {
        int length = to - from;
        if (length == 0) {
            throw unsafe(
                    raw, raw.length == 0 ? "it is empty" : from == 0 ? "it is absolute" : "it holds an empty name");
        }
        boolean dots = raw[from] == '.' && (length == 1 || (length == 2 && raw[from + 1] == '.'));
        if (dots) {
            throw unsafe(raw, "it holds the name \"" + (length == 1 ? "." : "..") + "\"");
        }
        if (length > LONGEST_NAME) {
            throw unsafe(raw, "it holds a name longer than " + LONGEST_NAME + " bytes");
        }
    }

    private static UnderstudyException unsafe(byte[] raw, String why) {
        return new UnderstudyException(
                ErrorCode.UNSAFE_PATH,
                "cannot use the path \"" + RawPaths.printable(raw) + "\": " + why,
                "find out who made the snapshot: no agent writes such a path");
    }

    /** The path of a file in this folder. */
    public SafePath child(byte[] name) {
        if (isRoot()) {
            return of(name);
        }
        byte[] full = Arrays.copyOf(raw, raw.length + 1 + name.length);
        full[raw.length] = '/';
        System.arraycopy(name, 0, full, raw.length + 1, name.length);
        return of(full);
    }

    /** The folder that holds it. @throws IllegalStateException for the root */
    public SafePath parent() {
        if (isRoot()) {
            throw new IllegalStateException("the root has no parent");
        }
        int slash = lastSlash();
        return slash < 0 ? ROOT : new SafePath(Arrays.copyOf(raw, slash));
    }

    public boolean isRoot() {
        return raw.length == 0;
    }

    /** Whether it lies in {@code folder}, at any depth; no path is beneath itself. */
    public boolean isBeneath(SafePath folder) {
        if (folder.isRoot()) {
            return !isRoot();
        }
        int length = folder.raw.length;
        return raw.length > length && raw[length] == '/' && Arrays.equals(raw, 0, length, folder.raw, 0, length);
    }

    /** A copy of its bytes; none for the root. */
    public byte[] bytes() {
        return raw.clone();
    }

    /** How many names it has; 0 for the root. */
    public int depth() {
        int names = isRoot() ? 0 : 1;
        for (byte b : raw) {
            names += b == '/' ? 1 : 0;
        }
        return names;
    }

    /** How many bytes it has. */
    public int length() {
        return raw.length;
    }

    byte[] raw() {
        return raw;
    }

    private int lastSlash() {
        int i = raw.length - 1;
        while (i >= 0 && raw[i] != '/') {
            i--;
        }
        return i;
    }

    @Override
    public int compareTo(SafePath other) {
        int at = Arrays.mismatch(raw, other.raw);
        if (at < 0 || at == raw.length || at == other.raw.length) {
            return Integer.compare(raw.length, other.raw.length);
        }
        return Integer.compare(rank(raw[at]), rank(other.raw[at]));
    }

    private static int rank(byte b) {
        return b == '/' ? 0 : b & 0xff;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafePath path && Arrays.equals(raw, path.raw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw);
    }

    /** For messages: {@code .} for the root, else as {@link RawPaths#printable(byte[])}. */
    @Override
    public String toString() {
        return isRoot() ? "." : RawPaths.printable(raw);
    }
}

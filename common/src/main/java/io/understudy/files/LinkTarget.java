package io.understudy.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Where a symbolic link points, as raw bytes: 1 to 4095, no NUL. It is never followed. */
public final class LinkTarget {
    private static final int LONGEST = 4095;

    private final byte[] raw;

    private LinkTarget(byte[] raw) {
        this.raw = raw;
    }

    /** @throws IllegalArgumentException when no link can have it */
    public static LinkTarget of(byte[] raw) {
        if (raw.length == 0 || raw.length > LONGEST) {
            throw new IllegalArgumentException("not a link's target: " + raw.length + " bytes");
        }
        for (byte b : raw) {
            if (b == 0) {
                throw new IllegalArgumentException("not a link's target: it holds a NUL byte");
            }
        }
        return new LinkTarget(raw.clone());
    }

    public static LinkTarget read(Path link) throws IOException {
        return of(RawPaths.bytes(Files.readSymbolicLink(link)));
    }

    /**
     * Makes a symbolic link. Java writes one slash where the target has several in a row, which the kernel does not
     * distinguish.
     */
    public void create(Path link) throws IOException {
        Files.createSymbolicLink(link, RawPaths.target(raw));
    }

    /**
     * Whether a link with this target may lead out of the tree that it lies in. Names only: nothing on disk is looked
     * at. Where every other link of the tree stays inside, one stays inside whose names come after all its {@code ..};
     * one with a {@code ..} behind a name may not, as that name may be a link.
     *
     * @param link where it lies, no link on its way
     * @param root the tree's folder, for a target that is absolute
     */
    public boolean mayLeave(SafePath link, Path root) {
        String[] names = new String(raw, StandardCharsets.ISO_8859_1).split("/+");
        int first = 0;
        int up = 0;
        if (raw[0] == '/') {
            String[] own = new String(RawPaths.bytes(root), StandardCharsets.ISO_8859_1).split("/+");
            if (names.length < own.length || !Arrays.equals(own, Arrays.copyOf(names, own.length))) {
                return true;
            }
            first = own.length;
        }
        boolean down = raw[0] == '/';
        for (int i = first; i < names.length; i++) {
            if (names[i].equals("..")) {
                up++;
                if (down) {
                    return true;
                }
            } else if (!names[i].isEmpty() && !names[i].equals(".")) {
                down = true;
            }
        }
        return up > link.depth() - 1;
    }

    /** Whether a link made by {@link #create} from either points to the same. */
    public boolean sameAs(LinkTarget other) {
        return Arrays.equals(squeezed(raw), squeezed(other.raw));
    }

    public byte[] bytes() {
        return raw.clone();
    }

    private static byte[] squeezed(byte[] raw) {
        byte[] kept = new byte[raw.length];
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '/' || i == 0 || raw[i - 1] != '/') {
                kept[length++] = raw[i];
            }
        }
        return Arrays.copyOf(kept, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LinkTarget target && Arrays.equals(raw, target.raw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw);
    }

    @Override
    public String toString() {
        return RawPaths.printable(raw);
    }
}

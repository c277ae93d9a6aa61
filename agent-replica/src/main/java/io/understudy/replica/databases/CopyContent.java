package io.understudy.replica.databases;

import io.understudy.databases.SiteDatabase;
import io.understudy.files.Sha256;
import io.understudy.repository.DatabaseData;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a restored copy is: two that are equal are alike.
 *
 * @param dump hash of the names of the blobs, which say what is in them, and of what this server changes in it
 * @param rows hash of the rows that this server brings; empty: none
 */
record CopyContent(String dump, String rows) {
    private static final String BEHIND = "/";

    /** What it would be now. */
    static CopyContent of(DatabaseData data, SiteDatabase database) {
        String changes = database.changes();
        String rows = database.keptRows();
        return new CopyContent(
                hash(data.archive() + (changes.isEmpty() ? "" : " " + changes)), rows.isEmpty() ? "" : hash(rows));
    }

    private static String hash(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length));
    }

    /** Whether this text is of a copy that differs in what is in its rows alone. */
    boolean differsInRows(String other) {
        return !rows.isEmpty() && other.startsWith(dump + BEHIND) && !other.equals(toString());
    }

    /** {@code 3fa1…/77c0…}. */
    @Override
    public String toString() {
        return rows.isEmpty() ? dump : dump + BEHIND + rows;
    }
}

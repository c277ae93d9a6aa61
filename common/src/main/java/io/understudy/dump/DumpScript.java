package io.understudy.dump;

import io.understudy.cli.Json;
import io.understudy.files.Sha256;
import io.understudy.repository.Manifest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A dump as parts whose order and content the snapshot, the request and what was erased decide alone. So what was
 * killed between two of them goes on behind the last one that was whole. Not thread-safe.
 *
 * @param source stands for the snapshot with all its content: see {@link #source(Manifest)}
 * @param erased stands for what is left out because it was erased: another text, another content
 */
record DumpScript(List<Part> parts, String source, String erased) {
    /** What a part does. */
    enum Kind {
        /** Makes the objects that rows go into. Too many locks for one transaction. */
        SCHEMA,
        /** Writes large objects, in transactions of its own; with the same effect when it is done twice. */
        OBJECTS,
        /** Rows that the archive holds itself. */
        ARCHIVED,
        /** The rows of one table. */
        ROWS,
        /** The values of sequences. */
        VALUES,
        /** Some of the indexes, constraints, triggers and what else comes behind the rows. */
        REST,
        /** A remark for a person. */
        END;

        /** Whether it is stored whole or not at all, when it is run in one transaction. */
        boolean isOneTransaction() {
            return this == ARCHIVED || this == ROWS || this == VALUES || this == REST;
        }
    }

    /** Writes a part. */
    interface Content {
        /**
         * @param from how many bytes of its rows are there already
         * @param written receives how many are after each block of them
         */
        void write(DumpOutput out, long from, LongConsumer written);
    }

    /**
     * One part.
     *
     * @param name of the table, or numbers of entries of the archive
     * @param target of the rows: where they go; empty where it has none
     * @param rows how many it stores
     */
    record Part(Kind kind, String name, String target, long rows, Content content) {
        /** Without rows. */
        static Part of(Kind kind, String name, java.util.function.Consumer<DumpOutput> content) {
            return new Part(kind, name, "", 0, (out, from, written) -> content.accept(out));
        }
    }

    /**
     * Behind what is there already.
     *
     * @param part the first one that is not there whole
     * @param rows how many bytes of its rows are there
     */
    record Place(int part, long rows) {
        static final Place START = new Place(0, 0);
    }

    /** Learns how far a dump is, at each place from which it can go on. */
    interface Watch {
        Watch NONE = place -> {};

        void at(Place place);
    }

    DumpScript {
        parts = List.copyOf(parts);
    }

    /** Writes what is not there yet. */
    void write(DumpOutput out, Place from, Watch watch) {
        for (int i = from.part(); i < parts.size(); i++) {
            int part = i;
            long there = i == from.part() ? from.rows() : 0;
            parts.get(i).content().write(out, there, rows -> watch.at(new Place(part, rows)));
            watch.at(new Place(i + 1, 0));
        }
    }

    /** Two sites may have snapshots of the same number and tables of the same names: their rows are other ones. */
    static String source(Manifest manifest) {
        byte[] all = Json.line(manifest).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(all, 0, all.length));
    }

    /** Equal for scripts that have the same content. */
    String fingerprint() {
        MessageDigest digest = Sha256.digest();
        add(digest, source);
        parts.forEach(part -> add(digest, part.kind() + " " + part.name() + " > " + part.target()));
        add(digest, erased);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Each text with its length, so that no two lists of texts look alike. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
    }
}

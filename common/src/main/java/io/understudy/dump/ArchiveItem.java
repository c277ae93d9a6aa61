package io.understudy.dump;

import java.util.Optional;
import java.util.Set;

/**
 * One entry of an archive's table of contents.
 *
 * @param id its number in the archive
 * @param kind as pg_restore lists it: {@code TABLE}, {@code FK CONSTRAINT}
 * @param schema that it lies in; empty where it lies in none
 * @param name of the object; of some kinds with the table's before it
 * @param owner name of a role; empty where it has none
 * @param needs numbers of the entries that have to be there before it
 * @param byHash whether it is a table that is partitioned by hash
 * @param reference what it says where it is a foreign key
 */
record ArchiveItem(
        int id,
        String kind,
        Section section,
        String schema,
        String name,
        String owner,
        Set<Integer> needs,
        boolean byHash,
        Optional<ForeignKey> reference) {
    private static final Set<String> RELATIONS =
            Set.of("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE");
    private static final Set<String> DATA = Set.of(
            "TABLE DATA", "SEQUENCE SET", "MATERIALIZED VIEW DATA", "BLOB", "BLOBS", "BLOB METADATA", "BLOB COMMENTS");
    private static final Set<String> OF_TABLES = Set.of(
            "TABLE DATA",
            "SEQUENCE SET",
            "SEQUENCE OWNED BY",
            "DEFAULT",
            "CONSTRAINT",
            "CHECK CONSTRAINT",
            "FK CONSTRAINT",
            "INDEX",
            "INDEX ATTACH",
            "TABLE ATTACH",
            "TRIGGER",
            "RULE",
            "POLICY",
            "ROW SECURITY",
            "STATISTICS",
            "STATISTICS DATA",
            "MATERIALIZED VIEW DATA",
            "COMMENT",
            "SECURITY LABEL",
            "ACL",
            "SEQUENCE");

    /** Where pg_restore puts an entry; {@code NONE} goes with the entry before it. */
    enum Section {
        NONE,
        PRE_DATA,
        DATA,
        POST_DATA;

        /** @param number as the archive has it: 1 is {@code NONE} */
        static Section of(int number) {
            return number >= 1 && number <= values().length ? values()[number - 1] : NONE;
        }
    }

    ArchiveItem {
        needs = Set.copyOf(needs);
    }

    /** What a pattern of {@code --table} can name. */
    boolean isRelation() {
        return RELATIONS.contains(kind);
    }

    /** Whether it is content: nothing of it belongs to the schema. */
    boolean isData() {
        return section == Section.DATA || DATA.contains(kind) || isOfLargeObject();
    }

    /** Rights, comments and labels of large objects come and go with these. */
    private boolean isOfLargeObject() {
        return name.startsWith("LARGE OBJECT")
                && Set.of("ACL", "COMMENT", "SECURITY LABEL").contains(kind);
    }

    /** How names and values are written: without these, nothing of an archive is read right. */
    boolean isOfReading() {
        return Set.of("ENCODING", "STDSTRINGS", "SEARCHPATH").contains(kind);
    }

    /** What belongs to a table, a view or a sequence where it depends on one. */
    boolean isPart() {
        return OF_TABLES.contains(kind);
    }

    /** For messages: {@code view public.note_text}. */
    String text() {
        return kind.toLowerCase(java.util.Locale.ROOT) + " " + (schema.isEmpty() ? "" : schema + ".") + name;
    }
}

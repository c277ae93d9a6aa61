package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The parts of a dump that come of the archive. For psql that loads it, what comes behind the rows is cut into up to
 * about a hundred parts: a part is what is done again after a kill, and each costs a run of pg_restore.
 */
final class ScriptParts {
    /** Into how many parts the entries behind the rows are cut, while that are no more than {@link #MOST} in one. */
    private static final int PARTS = 100;
    /** In one transaction: each entry takes a few locks, and a server has some 6,400 by default. */
    private static final int MOST = 100;

    /** What pg_restore leaves to a second and third pass, whatever the order in the archive. */
    private static final Set<String> RIGHTS = Set.of("ACL", "ACL LANGUAGE", "DEFAULT ACL");

    private static final Set<String> LATE = Set.of("EVENT TRIGGER", "MATERIALIZED VIEW DATA");

    private final ArchiveScript archive;
    private final Choice choice;
    private final Predicate<ArchiveItem> wanted;
    private final List<String> options;

    ScriptParts(ArchiveScript archive, Choice choice, Predicate<ArchiveItem> wanted, DumpRequest request) {
        this.archive = archive;
        this.choice = choice;
        this.wanted = wanted;
        this.options = request.owners() ? List.of() : List.of("--no-owner", "--no-acl");
    }

    /** All statements of a section. */
    void section(String section, DumpOutput out) {
        archive.write(with("--section=" + section), choice.list(wanted), out);
    }

    /** The content that the archive holds, of a dump of these parts. */
    Part data(Parts parts) {
        boolean alone = parts == Parts.DATA;
        return Part.of(Kind.OBJECTS, "objects", out -> {
            out.text(alone ? RowScript.QUIET : "");
            archive.write(with(alone ? "--data-only" : "--section=data"), choice.list(wanted), out);
            out.text(RowScript.SETTINGS);
        });
    }

    /** The same without schema, for a transaction that holds all of the script. */
    Part dataInOneTransaction() {
        Map<Boolean, List<Integer>> ids = choice.list(wanted).stream()
                .collect(Collectors.partitioningBy(
                        id -> choice.graph().item(id).kind().equals("BLOBS")));
        return Part.of(Kind.OBJECTS, "objects", out -> {
            out.text(RowScript.QUIET);
            archive.write(with("--data-only"), ids.get(false), out);
            archive.writeObjects(with("--data-only"), ids.get(true), out);
            out.text(RowScript.SETTINGS);
        });
    }

    private List<String> with(String section) {
        List<String> all = new ArrayList<>(List.of(section));
        all.addAll(options);
        return all;
    }

    /** What comes behind the rows, as one part. */
    Part rest() {
        return Part.of(Kind.REST, "rest", out -> section("post-data", out));
    }

    /** The content that the archive holds: large objects, and rows of tables that COPY cannot name columns of. */
    List<Part> dataInParts() {
        List<Integer> rows = new ArrayList<>();
        List<Integer> objects = new ArrayList<>();
        for (ArchiveItem item : of(Section.DATA)) {
            (item.kind().equals("TABLE DATA") ? rows : objects).add(item.id());
        }
        return List.of(
                Part.of(Kind.OBJECTS, objects.toString(), out -> archive.write(options, objects, out)),
                Part.of(Kind.ARCHIVED, rows.toString(), out -> {
                    archive.write(options, rows, out);
                    out.text(RowScript.SETTINGS);
                }));
    }

    /** The same as several. */
    List<Part> restInParts() {
        List<Integer> all = behindRows();
        int size = Math.max(1, Math.min(MOST, (all.size() + PARTS - 1) / PARTS));
        List<Part> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            List<Integer> some = List.copyOf(all.subList(from, Math.min(all.size(), from + size)));
            parts.add(Part.of(Kind.REST, some.toString(), out -> archive.write(options, some, out)));
        }
        return parts;
    }

    private List<Integer> behindRows() {
        return of(Section.POST_DATA).stream()
                .sorted(Comparator.comparingInt(ScriptParts::pass))
                .map(ArchiveItem::id)
                .toList();
    }

    /** As pg_restore decides it: an entry without a section goes with the one before it. */
    private List<ArchiveItem> of(Section wantedSection) {
        List<ArchiveItem> found = new ArrayList<>();
        Section section = Section.PRE_DATA;
        for (Integer id : choice.list(wanted)) {
            ArchiveItem item = choice.graph().item(id);
            section = item.section() == Section.NONE ? section : item.section();
            if (section == wantedSection) {
                found.add(item);
            }
        }
        return found;
    }

    private static int pass(ArchiveItem item) {
        if (RIGHTS.contains(item.kind())) {
            return 1;
        }
        boolean remark = item.kind().equals("COMMENT") && item.name().startsWith("EVENT TRIGGER ");
        return LATE.contains(item.kind()) || remark ? 2 : 0;
    }
}

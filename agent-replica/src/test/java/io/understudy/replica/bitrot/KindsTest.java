package io.understudy.replica.bitrot;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list of kinds is complete: a new kind of object that no case damages fails here. */
@Tag("slow")
class KindsTest {
    /** Where blobs are named, and the kind of those that are named there. */
    private static final Map<String, Kind> NAMED = Map.of(
            "Manifest.databases.archive", Kind.ARCHIVE,
            "Manifest.databases.tables", Kind.TABLES,
            "Manifest.databases.sequences", Kind.SEQUENCES,
            "Manifest.databases.references", Kind.DATABASE_REFERENCES,
            "TableData.content.base", Kind.ROWS,
            "Manifest.trees.index", Kind.INDEX,
            "Manifest.trees.references", Kind.TREE_REFERENCES,
            "Packed.packs", Kind.PACK,
            "Streamed.stream", Kind.LARGE_FILE);

    /**
     * What no sample here has. {@code EncryptedRepositoryTest} damages keys, {@code ErasureTest} has lists of erased
     * rows that no trusted key signed, {@code OrphanTakerTest} orphans, which are manifests.
     */
    private static final Set<String> ELSEWHERE = Set.of("keys/", "erased/", "orphans/");

    @Tag("always")
    @Test
    void everyPlaceOfTheFormatsPageHasAKindAndNoOther() throws IOException {
        String page = Files.readString(Path.of("../deploy/docs/format.md"));
        String places = page.split("(?m)^```$")[1].strip();
        assertThat(places.lines()
                        .map(line -> line.split("\\s{2,}")[0])
                        .map(KindsTest::place)
                        .filter(place -> !ELSEWHERE.contains(place))
                        .collect(Collectors.toSet()))
                .isEqualTo(Arrays.stream(Kind.values()).map(Kind::place).collect(Collectors.toSet()));
    }

    @Tag("always")
    @Test
    void everyObjectOfASampleIsOfAKind() {
        assertThat(BitRotSite.objects().keySet())
                .isEqualTo(Arrays.stream(Kind.values())
                        .flatMap(kind ->
                                Stream.of(BitRotSite.OLDER, BitRotSite.NEWER).map(kind::key))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Tag("always")
    @Test
    void everyFieldThatNamesBlobsHasAKind() {
        Stream<String> fields = Stream.concat(
                naming(Manifest.class, "Manifest"),
                Arrays.stream(FileContent.class.getPermittedSubclasses())
                        .flatMap(type -> naming(type, type.getSimpleName())));
        assertThat(Stream.concat(fields, naming(TableData.class, "TableData"))
                        .filter(field -> !field.contains(".deltas.") && !field.startsWith("Split."))
                        .toList())
                .as("deltas are written with change tracking alone, split files in an encrypted repository")
                .containsExactlyInAnyOrderElementsOf(NAMED.keySet());
        assertThat(NAMED.values())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Kind.values()).filter(Kind::isBlob).toList());
    }

    private static String place(String key) {
        int folder = key.indexOf('/');
        return folder < 0 ? key : key.substring(0, folder + 1);
    }

    /** The paths of all components that are streams or blobs. */
    private static Stream<String> naming(Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments()).flatMap(inner -> naming(inner, path));
        }
        if (type == StreamRef.class || type == BlobRef.class) {
            return Stream.of(path);
        }
        if (!(type instanceof Class<?> known)
                || !known.isRecord()
                || !Pattern.matches("io\\.understudy\\..*", known.getName())) {
            return Stream.empty();
        }
        return Arrays.stream(known.getRecordComponents())
                .flatMap((RecordComponent part) -> naming(part.getGenericType(), path + "." + part.getName()));
    }
}

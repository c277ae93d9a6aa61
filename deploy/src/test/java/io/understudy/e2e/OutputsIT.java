package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The JSON objects that scripts rely on: exactly these keys, each of this kind. */
@Tag("slow")
class OutputsIT extends SharedScenario {
    private static final String SNAPSHOT =
            "snapshot:STRING seconds:NUMBER database{tables:NUMBER rows:NUMBER bytes:NUMBER} files{entries:NUMBER bytes:NUMBER}"
                    + " uploaded_bytes:NUMBER uploaded_blobs:NUMBER reused_bytes:NUMBER down_seconds:NULL";
    private static final String SYNC = "applied:STRING seconds:NUMBER fetched_bytes:NUMBER"
            + " steps{fetch:NUMBER load:NUMBER stage:NUMBER apply:NUMBER restart:NUMBER prove:NUMBER} waiting:NULL mended:ARRAY discrepancies:ARRAY"
            + " database{full:STRING tables:ARRAY own:NULL} files{files:ARRAY unmatched:ARRAY left:ARRAY maintenance:NULL recorded:ARRAY definers:ARRAY}";

    @Test
    void snapshotAndSyncPrintOneObjectEach() {
        primary().site().addNote("more");

        Outcome snapshot = primary().primary("snapshot", "--json").successful();
        assertThat(shape(snapshot.json())).isEqualTo(SNAPSHOT);
        assertThat(snapshot.json().path("snapshot").asText()).matches("00000001-\\d{8}");
        assertThat(snapshot.json().at("/database/tables").asInt()).isEqualTo(2);
        assertThat(snapshot.json().at("/database/rows").asInt()).isEqualTo(3);
        assertThat(snapshot.output().strip().lines()).hasSize(1);
        assertThat(snapshot.errors()).doesNotContainIgnoringCase("warning");

        Outcome sync = standby().replica("sync", "--json").successful();
        assertThat(shape(sync.json())).isEqualTo(SYNC);
        assertThat(sync.json().path("applied")).isEqualTo(snapshot.json().path("snapshot"));
        assertThat(sync.json().path("fetched_bytes").asLong()).isPositive();
        assertThat(sync.output().strip().lines()).hasSize(1);
        assertThat(sync.errors()).doesNotContainIgnoringCase("warning");
    }

    @Test
    void syncSaysNullWhenNothingIsNewAndLeavesTheSiteAlone() {
        standby().replica("sync").successful();
        long site = standby().siteProcess().orElseThrow().pid();

        JsonNode sync = sync(standby());

        assertThat(sync.has("applied")).isTrue();
        assertThat(sync.path("applied").isNull()).isTrue();
        assertThat(standby().siteProcess().orElseThrow().pid()).isEqualTo(site);
    }

    @Test
    void aSnapshotOfWhatDidNotChangeStoresNoRowsAndNoFiles() {
        snapshot(primary());

        JsonNode again = snapshot(primary());

        assertThat(again.path("reused_bytes").asLong()).isPositive();
        // pg_dump's archive carries its time, and so does nothing else.
        assertThat(again.path("uploaded_blobs").asInt()).isLessThanOrEqualTo(1);
    }

    @Test
    void theReadingCommandsPrintJson() {
        String first = "00000001-00000001";

        assertThat(primary().primary("list", "--json").successful().json().isContainerNode())
                .isTrue();
        assertThat(primary().primary("show", first, "--json").successful().output())
                .contains(first);
        assertThat(primary().primary("verify", "--json").successful().json().isObject())
                .isTrue();
        JsonNode prune =
                primary().primary("prune", "--dry-run", "--json").successful().json();
        assertThat(prune.path("dry_run").asBoolean()).isTrue();
        assertThat(prune.at("/snapshots/0/reasons").toString()).contains("manual has no count");
        assertThat(standby().replica("list", "--json").successful().output()).contains(first);
        assertThat(standby().replica("status", "--json").successful().json().isObject())
                .isTrue();
    }

    /** Keys in their order with the kinds of their values. */
    private static String shape(JsonNode object) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = field.getValue();
            fields.add(
                    value.isObject()
                            ? field.getKey() + "{" + shape(value) + "}"
                            : field.getKey() + ":" + value.getNodeType());
        }
        return String.join(" ", fields);
    }
}

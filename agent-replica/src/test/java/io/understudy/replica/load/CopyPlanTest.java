package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CopyPlanTest {
    private static final BlobSource NO_LISTS = blob -> {
        throw new AssertionError("no list is read");
    };

    @Test
    void keepsASmallTableWhole() {
        CopyPlan plan = CopyPlan.of(List.of(table("t", 10, 10, 10)), NO_LISTS, 4, 1000);
        assertThat(plan.tasks()).hasSize(1);
        assertThat(plan.bytes()).isEqualTo(30);
    }

    @Test
    void hasNothingToDoForAnEmptyTable() {
        assertThat(CopyPlan.of(List.of(table("t")), NO_LISTS, 4, 1000).tasks()).isEmpty();
    }

    @Test
    void cutsALargeTableForTheWorkersButNotBelowTheSmallestRun() {
        TableData large = table("t", 100, 100, 100, 100, 100, 100, 100, 100);
        assertThat(CopyPlan.of(List.of(large), NO_LISTS, 4, 100).tasks())
                .extracting(CopyTask::bytes)
                .containsExactly(200L, 200L, 200L, 200L);
        assertThat(CopyPlan.of(List.of(large), NO_LISTS, 4, 400).tasks()).hasSize(2);
    }

    @Test
    void startsTheLongestFirst() {
        List<TableData> tables = List.of(table("a", 10), table("b", 30), table("c", 20));
        assertThat(CopyPlan.of(tables, NO_LISTS, 4, 1000).tasks())
                .extracting(task -> task.table().name())
                .containsExactly("b", "c", "a");
    }

    @Test
    void neverPartsBlobsThatShareARow() {
        Random random = new Random(20261120);
        for (int round = 0; round < 500; round++) {
            List<BlobRef> blobs = new ArrayList<>();
            int count = 1 + random.nextInt(40);
            for (int i = 0; i < count; i++) {
                blobs.add(blob(i, 1 + random.nextInt(100), i + 1 < count && random.nextInt(3) == 0));
            }
            List<CopyTask> tasks = CopyPlan.of(List.of(table("t", blobs)), NO_LISTS, 1 + random.nextInt(8), 50)
                    .tasks();
            assertThat(tasks)
                    .allSatisfy(task -> assertThat(
                                    task.blobs().get(task.blobs().size() - 1).continues())
                            .isFalse());
            assertThat(tasks.stream().flatMap(task -> task.blobs().stream()))
                    .containsExactlyInAnyOrderElementsOf(blobs);
        }
    }

    private static TableData table(String name, int... sizes) {
        List<BlobRef> blobs = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            blobs.add(blob(i, sizes[i], false));
        }
        return table(name, blobs);
    }

    private static TableData table(String name, List<BlobRef> blobs) {
        StreamRef stream = StreamRef.of(blobs);
        return new TableData(
                "public", name, List.of("a"), List.of(), 1, stream.bytes(), null, null, new TableContent(stream));
    }

    private static BlobRef blob(int number, long bytes, boolean continues) {
        return new BlobRef(new BlobId(String.format("%064x", number)), bytes, bytes, continues);
    }
}

package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ListDeltaTest {
    private final MemoryBlobs blobs = new MemoryBlobs();

    private StreamRef list(Set<String> lines) {
        StreamWriter writer = StreamWriter.list(blobs);
        lines.forEach(line -> {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            writer.write(bytes, 0, bytes.length);
        });
        return writer.finish();
    }

    private Set<String> lines(StreamRef stream) throws IOException {
        try (InputStream in = new StreamReader("lines", stream, blobs)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.isEmpty() ? Set.of() : new HashSet<>(List.of(text.split("\n")));
        }
    }

    @Test
    void holdsEveryLineThatDiffersAndLittleElse() throws IOException {
        Random random = new Random(5);
        TreeSet<String> before = new TreeSet<>();
        for (int i = 0; i < 40_000; i++) {
            before.add("%06d %s".formatted(random.nextInt(1_000_000), "x".repeat(random.nextInt(200))));
        }
        before.add("3000000 " + "y".repeat(400_000));
        StreamRef old = list(before);
        for (int round = 0; round < 6; round++) {
            TreeSet<String> after = new TreeSet<>(before);
            for (int i = 0; i < round % 4; i++) {
                after.remove(before.ceiling("%06d".formatted(random.nextInt(900_000))));
                after.add("%06d new".formatted(random.nextInt(1_000_000)));
            }
            if (round == 5) {
                after.add("3000001 " + "z".repeat(700_000));
            }
            ListDelta delta = ListDelta.between(old, list(after), blobs);

            Set<String> gone = new HashSet<>(lines(delta.before()));
            Set<String> came = new HashSet<>(lines(delta.after()));
            Set<String> both = new HashSet<>(gone);
            both.retainAll(came);
            gone.removeAll(both);
            came.removeAll(both);
            Set<String> wantedGone = new HashSet<>(before);
            wantedGone.removeAll(after);
            Set<String> wantedCame = new HashSet<>(after);
            wantedCame.removeAll(before);
            assertThat(gone).isEqualTo(wantedGone);
            assertThat(came).isEqualTo(wantedCame);
            assertThat(both.size()).isLessThan(before.size() / 3);
        }
    }

    @Test
    void isEmptyBetweenEqualListsAndAllFromNothing() throws IOException {
        StreamRef some = list(Set.of("a"));
        assertThat(ListDelta.between(some, some, blobs).after().direct()).isEmpty();
        assertThat(lines(ListDelta.between(StreamRef.of(List.of()), some, blobs).after()))
                .containsExactly("a");
    }
}

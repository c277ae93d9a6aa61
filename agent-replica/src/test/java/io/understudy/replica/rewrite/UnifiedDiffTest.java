package io.understudy.replica.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
    @Test
    void equalTextsHaveNone() {
        assertThat(UnifiedDiff.of("a\nb\n", "a\nb\n")).isEmpty();
    }

    @Test
    void showsThreeLinesAroundEachChange() {
        assertThat(UnifiedDiff.of("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"))
                .isEqualTo("@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    }

    @Test
    void saysWhereTheLastLineHasNoNewline() {
        assertThat(UnifiedDiff.of("a", "b"))
                .isEqualTo("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
    }

    @Test
    void aFileThatIsNewComesWhole() {
        assertThat(UnifiedDiff.of("", "a\nb\n")).isEqualTo("@@ -0,0 +1,2 @@\n+a\n+b\n");
    }

    @Test
    void leadsFromOneTextToTheOther() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            String before = text(random);
            String after = text(random);
            assertThat(patched(before, UnifiedDiff.of(before, after)))
                    .as("%s to %s", before, after)
                    .isEqualTo(after);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int lines = random.nextInt(30);
        for (int i = 0; i < lines; i++) {
            text.append((char) ('a' + random.nextInt(4))).append('\n');
        }
        return random.nextBoolean() ? text.toString() : text + "end";
    }

    private static String patched(String before, String diff) {
        List<String> old = lines(before);
        List<String> fresh = new ArrayList<>();
        int at = 0;
        char last = ' ';
        for (String line : lines(diff)) {
            if (line.startsWith("@@")) {
                String[] range = line.split("[-, ]+")[1].split(",");
                int start = Integer.parseInt(range[0]);
                boolean none = line.matches("(?s)@@ -\\d+,0 .*");
                while (at < (none ? start : start - 1)) {
                    fresh.add(old.get(at++));
                }
            } else if (line.startsWith("\\")) {
                if (last != '-') {
                    fresh.set(fresh.size() - 1, fresh.get(fresh.size() - 1).stripTrailing());
                }
            } else if (line.startsWith("-")) {
                at++;
            } else {
                at += line.startsWith(" ") ? 1 : 0;
                fresh.add(line.substring(1));
            }
            last = line.charAt(0);
        }
        fresh.addAll(old.subList(at, old.size()));
        return String.join("", fresh);
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("(?<=\n)"));
    }
}

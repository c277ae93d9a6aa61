package io.understudy.replica.rewrite;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two texts as {@code diff -u} writes it, with three lines around each change. Lines are matched by
 * their longest common subsequence; where that would be a table of more than four million cells, all lines between the
 * first and the last that differ count as changed.
 */
final class UnifiedDiff {
    private static final int AROUND = 3;
    private static final long MOST_CELLS = 4_000_000;
    private static final String NO_NEWLINE = "\\ No newline at end of file";

    private final List<String> before;
    private final List<String> after;
    private final List<Line> lines = new ArrayList<>();

    /** @param sign a space, a minus or a plus */
    private record Line(char sign, String text) {}

    private UnifiedDiff(List<String> before, List<String> after) {
        this.before = before;
        this.after = after;
        compare();
    }

    /** @return without the two lines that name the files; empty where both are equal */
    static String of(String before, String after) {
        return before.equals(after) ? "" : new UnifiedDiff(lines(before), lines(after)).text();
    }

    /** Each line with its newline. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            int next = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(at, next));
            at = next;
        }
        return lines;
    }

    private void compare() {
        int first = 0;
        int shorter = Math.min(before.size(), after.size());
        while (first < shorter && before.get(first).equals(after.get(first))) {
            lines.add(new Line(' ', before.get(first++)));
        }
        int same = 0;
        while (same < shorter - first
                && before.get(before.size() - 1 - same).equals(after.get(after.size() - 1 - same))) {
            same++;
        }
        List<String> old = before.subList(first, before.size() - same);
        List<String> fresh = after.subList(first, after.size() - same);
        if ((long) old.size() * fresh.size() > MOST_CELLS) {
            old.forEach(each -> lines.add(new Line('-', each)));
            fresh.forEach(each -> lines.add(new Line('+', each)));
        } else {
            match(old, fresh);
        }
        before.subList(before.size() - same, before.size()).forEach(each -> lines.add(new Line(' ', each)));
    }

    private void match(List<String> old, List<String> fresh) {
        int[][] common = new int[old.size() + 1][fresh.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = fresh.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(fresh.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < old.size() || j < fresh.size()) {
            if (i < old.size() && j < fresh.size() && old.get(i).equals(fresh.get(j))) {
                lines.add(new Line(' ', old.get(i++)));
                j++;
            } else if (j == fresh.size() || i < old.size() && common[i + 1][j] >= common[i][j + 1]) {
                lines.add(new Line('-', old.get(i++)));
            } else {
                lines.add(new Line('+', fresh.get(j++)));
            }
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < lines.size()) {
            int changed = at;
            while (changed < lines.size() && lines.get(changed).sign() == ' ') {
                changed++;
            }
            if (changed == lines.size()) {
                break;
            }
            int end = end(changed);
            hunk(Math.max(at, changed - AROUND), end, text);
            at = end;
        }
        return text.toString();
    }

    /** Changes with at most six lines between them are one hunk. */
    private int end(int changed) {
        int last = changed;
        for (int i = changed; i < lines.size() && i - last <= 2 * AROUND; i++) {
            last = lines.get(i).sign() == ' ' ? last : i;
        }
        return Math.min(lines.size(), last + 1 + AROUND);
    }

    private void hunk(int from, int to, StringBuilder text) {
        long oldStart = lines.subList(0, from).stream()
                .filter(line -> line.sign() != '+')
                .count();
        long newStart = lines.subList(0, from).stream()
                .filter(line -> line.sign() != '-')
                .count();
        List<Line> part = lines.subList(from, to);
        text.append("@@ -")
                .append(range(
                        oldStart,
                        part.stream().filter(line -> line.sign() != '+').count()))
                .append(" +")
                .append(range(
                        newStart,
                        part.stream().filter(line -> line.sign() != '-').count()))
                .append(" @@\n");
        for (Line line : part) {
            text.append(line.sign()).append(line.text());
            if (!line.text().endsWith("\n")) {
                text.append('\n').append(NO_NEWLINE).append('\n');
            }
        }
    }

    private static String range(long start, long count) {
        return (count == 0 ? start : start + 1) + (count == 1 ? "" : "," + count);
    }
}

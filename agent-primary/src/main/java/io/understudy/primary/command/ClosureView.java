package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.primary.capture.LiveClosure.Found;
import io.understudy.repository.ClosureData;
import java.util.List;

/**
 * The result of {@code agent-primary closure}.
 *
 * <pre>{@code
 * {"trees":[{"tree":"media","missing":[{"tree":"media","query":"…","named":120,"missing":1,"paths":["a.jpg"]}],
 *  "unreferenced":2,"paths":["old/b.jpg","old/c.jpg"]}]}
 * }</pre>
 */
record ClosureView(List<Found> trees) {
    ClosureView {
        trees = List.copyOf(trees);
    }

    /** 0 where each tree has what rows name; files that no row names are no failure. */
    int exitCode() {
        boolean well = trees.stream()
                .flatMap(tree -> tree.missing().stream())
                .allMatch(each -> each.unknown() == null && each.missing() == 0);
        return well ? 0 : ErrorCode.CLOSURE_INCOMPLETE.exitCode();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Found tree : trees) {
            tree.missing().forEach(each -> missing(each, text));
            tree.unreferenced()
                    .ifPresent(count -> text.append("tree ")
                            .append(tree.tree())
                            .append(": ")
                            .append(count)
                            .append(" files that no row names\n"));
            tree.paths().forEach(path -> text.append("  unnamed  ").append(path).append('\n'));
            tree.unreferenced()
                    .filter(count -> count > tree.paths().size())
                    .ifPresent(count -> text.append("  unnamed  … and ")
                            .append(count - tree.paths().size())
                            .append(" more\n"));
        }
        return text.toString().stripTrailing();
    }

    private static void missing(ClosureData each, StringBuilder text) {
        text.append(each.text()).append('\n');
        each.paths().forEach(path -> text.append("  missing  ").append(path).append('\n'));
        if (each.missing() > each.paths().size()) {
            text.append("  missing  … and ")
                    .append(each.missing() - each.paths().size())
                    .append(" more\n");
        }
    }
}

package io.understudy.history;

import io.understudy.history.SnapshotRows.Found;
import io.understudy.time.Moments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a person reads of rows that come back. */
final class RestoreText {
    private RestoreText() {}

    static List<String> head(Found found, RestorePlan plan, List<String> remarks) {
        List<String> head = new ArrayList<>();
        head.add(found.row().id() + " as of " + Moments.text(found.moment()) + ", snapshot " + found.snapshot());
        for (Member each : plan.members()) {
            switch (plan.action(each)) {
                case INSERT ->
                    head.add("comes back: " + each.id() + (each.times() > 1 ? ", " + each.times() + " times" : "")
                            + from(each, found));
                case UPDATE ->
                    head.add("is overwritten: " + each.id() + " (" + String.join(", ", each.differing()) + ")"
                            + from(each, found));
                case SAME -> head.add("is there: " + each.id());
                case CONFLICT ->
                    head.add("conflict: " + each.id() + " is there with other values of "
                            + String.join(", ", each.differing()) + "; --replace overwrites them");
                case LEFT_OUT ->
                    head.add("left out: " + each.id() + ": " + each.obstacle().orElseThrow());
            }
        }
        remarks.stream().distinct().forEach(head::add);
        return head;
    }

    private static String from(Member each, Found found) {
        return each.snapshot().equals(found.snapshot()) ? "" : ", as in snapshot " + each.snapshot();
    }

    /** A row of the plan with what is done with it. */
    static Map<String, Object> view(Member member, RestorePlan plan) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("table", member.row().table());
        view.put("key", member.id().values());
        view.put("role", member.role());
        view.put("action", plan.action(member));
        view.put("snapshot", member.snapshot());
        view.put("differs", plan.action(member) == RestorePlan.Action.SAME ? List.of() : member.differing());
        view.put("reason", member.obstacle().orElse(null));
        return view;
    }
}

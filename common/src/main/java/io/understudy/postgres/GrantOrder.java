package io.understudy.postgres;

import io.understudy.repository.DatabaseProperties.Grant;
import java.util.ArrayList;
import java.util.List;

/** Grants in an order in which every grantor has what it grants. */
final class GrantOrder {
    private GrantOrder() {}

    static List<Grant> of(String owner, List<Grant> grants) {
        List<Grant> ordered = new ArrayList<>();
        List<Grant> waiting = new ArrayList<>(grants);
        while (!waiting.isEmpty()) {
            List<Grant> next = waiting.stream()
                    .filter(grant -> grant.grantor().equals(owner) || mayGrant(grant, ordered))
                    .toList();
            // Whatever is left hangs on nothing that is known here: the server judges it.
            List<Grant> taken = next.isEmpty() ? List.copyOf(waiting) : next;
            ordered.addAll(taken);
            waiting.removeAll(taken);
        }
        return ordered;
    }

    private static boolean mayGrant(Grant grant, List<Grant> before) {
        return before.stream()
                .anyMatch(given -> given.grantable()
                        && given.privilege().equals(grant.privilege())
                        && grant.grantor().equals(given.grantee()));
    }
}

package io.understudy.replica.state;

import java.util.List;

/**
 * The plans of one apply, one for each tree. No two applies of a server have the same name, so whatever is staged,
 * undone or planned under it belongs to this apply alone.
 *
 * @param name {@code 17-00000001-00000042}: a number that goes up, and the snapshot; also the name of the folders of
 *     plans, of staged and of replaced files
 * @param trees the names of the trees
 */
public record PlanSet(String name, List<String> trees) {
    public PlanSet {
        trees = List.copyOf(trees);
    }
}

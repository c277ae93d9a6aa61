package io.understudy.browse;

import io.understudy.config.NearestName;
import io.understudy.files.SafePath;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What was meant by a glob that matches nothing of a snapshot: the same with one name in it that is near to one that is
 * there, or behind the name of its tree. It reads the indexes again, twice at most.
 */
public final class NearGlob {
    /** Of names that one is compared with. */
    private static final int MOST = 100_000;

    private final SnapshotFiles files;
    private final List<TreeData> trees;

    /** @param trees that are looked into */
    public NearGlob(SnapshotFiles files, List<TreeData> trees) {
        this.files = files;
        this.trees = List.copyOf(trees);
    }

    /** The beginning of a hint: {@code did you mean media/2026/**?}, and a blank; empty where nothing is near. */
    public String hint(String glob) {
        Optional<String> near = glob.contains("/") ? path(glob) : name(glob);
        return near.map(each -> "did you mean " + each + "? ").orElse("");
    }

    private Optional<String> name(String glob) {
        Set<String> names = new HashSet<>();
        trees.forEach(tree -> names.add(tree.name()));
        each((tree, path) -> add(names, last(path)));
        return near(glob, names);
    }

    private Optional<String> path(String glob) {
        String plain = glob.endsWith("/") ? glob.substring(0, glob.length() - 1) : glob;
        int slash = plain.indexOf('/');
        if (slash <= 0) {
            return Optional.empty();
        }
        String first = plain.substring(0, slash);
        List<String> names = trees.stream().map(TreeData::name).toList();
        List<String> meant = new ArrayList<>();
        if (names.contains(first)) {
            inTree(first, plain.substring(slash + 1)).ifPresent(meant::add);
        } else {
            near(first, names).ifPresent(tree -> meant.add(tree + plain.substring(slash)));
            names.forEach(tree -> meant.add(tree + "/" + plain));
        }
        return matching(meant);
    }

    /** The first name that is not there, below folders that are. */
    private Optional<String> inTree(String tree, String rest) {
        String[] wanted = rest.split("/");
        List<String> above = new ArrayList<>();
        Set<String> names = new HashSet<>();
        each((each, path) -> {
            if (!each.equals(tree) || path.isRoot()) {
                return;
            }
            String[] parts = path.toString().split("/");
            if (parts.length <= wanted.length && isPrefix(parts, wanted) && parts.length == above.size() + 1) {
                above.add(parts[parts.length - 1]);
                names.clear();
            } else if (parts.length == above.size() + 1 && isPrefix(above.toArray(String[]::new), parts)) {
                add(names, parts[parts.length - 1]);
            }
        });
        if (above.size() >= wanted.length) {
            return Optional.empty();
        }
        return near(wanted[above.size()], names).map(name -> {
            List<String> all = new ArrayList<>(List.of(tree));
            all.addAll(above);
            all.add(name);
            all.addAll(List.of(wanted).subList(above.size() + 1, wanted.length));
            return String.join("/", all);
        });
    }

    private static boolean isPrefix(String[] prefix, String[] of) {
        for (int i = 0; i < prefix.length; i++) {
            if (!prefix[i].equals(of[i])) {
                return false;
            }
        }
        return true;
    }

    /** A name like it, or an ending of names like its own: {@code *.jgp} is near to {@code *.jpg}. */
    private static Optional<String> near(String wanted, Iterable<String> names) {
        boolean ending = wanted.matches("\\*\\.[^*?\\[{\\\\]+");
        if (!ending && wanted.matches(".*[*?\\[{\\\\].*")) {
            return Optional.empty();
        }
        Set<String> candidates = new HashSet<>();
        for (String name : names) {
            int dot = name.lastIndexOf('.');
            if (!ending) {
                candidates.add(name);
            } else if (dot >= 0) {
                candidates.add("*" + name.substring(dot));
            }
        }
        return NearestName.of(wanted, candidates).filter(name -> !name.equals(wanted));
    }

    private Optional<String> matching(List<String> globs) {
        List<SnapshotGlob> compared = globs.stream().map(SnapshotGlob::of).toList();
        boolean[] found = new boolean[globs.size()];
        each((tree, path) -> {
            for (int i = 0; i < found.length; i++) {
                found[i] = found[i] || compared.get(i).matches(tree, path);
            }
        });
        for (int i = 0; i < found.length; i++) {
            if (found[i]) {
                return Optional.of(globs.get(i));
            }
        }
        return Optional.empty();
    }

    private void each(BiConsumer<String, SafePath> look) {
        for (TreeData tree : trees) {
            try (Stream<IndexEntry> all = files.entries(tree)) {
                all.forEach(each -> look.accept(tree.name(), each.entry().path()));
            }
        }
    }

    private static void add(Set<String> names, String name) {
        if (names.size() < MOST) {
            names.add(name);
        }
    }

    private static String last(SafePath path) {
        String text = path.toString();
        return text.substring(text.lastIndexOf('/') + 1);
    }
}

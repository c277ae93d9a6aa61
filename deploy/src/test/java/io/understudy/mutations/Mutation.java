package io.understudy.mutations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Code that keeps a promise, broken on purpose, and the test that must notice.
 *
 * @param promise its number in the design
 * @param breaks what the broken code does, in words
 * @param keeper {@code module/package.Class#method}
 * @param test {@code module/package.Class#method}
 * @param old whole lines of the keeper's file, without their indentation
 * @param fresh the lines that take their place
 */
record Mutation(int promise, String breaks, Member keeper, Member test, List<String> old, List<String> fresh) {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A method of a class in a module. */
    record Member(String module, String type, String method) {
        static Member parse(String text) {
            String[] parts = text.split("[/#]");
            return new Member(parts[0], parts[1], parts[2]);
        }

        /** @param folder {@code main} or {@code test} */
        Path file(String folder) {
            return ROOT.resolve(module + "/src/" + folder + "/java/" + type.replace('.', '/') + ".java");
        }

        String simple() {
            return type.substring(type.lastIndexOf('.') + 1) + "#" + method;
        }
    }

    String name() {
        return promise + ": " + breaks;
    }

    String source() {
        try {
            return Files.readString(keeper.file("main"));
        } catch (IOException e) {
            throw new AssertionError(name() + ": its keeper is gone", e);
        }
    }

    /** How often the old lines occur; anything but once makes the mutation void. */
    int occurrences() {
        return places(source().lines().toList()).size();
    }

    /** The keeper's source, broken. */
    String broken() {
        List<String> lines = new ArrayList<>(source().lines().toList());
        List<Integer> places = places(lines);
        if (places.size() != 1) {
            throw new AssertionError(
                    name() + ": its old lines occur " + places.size() + " times in " + keeper.file("main"));
        }
        int at = places.get(0);
        lines.subList(at, at + old.size()).clear();
        lines.addAll(at, fresh);
        return String.join("\n", lines) + "\n";
    }

    private List<Integer> places(List<String> lines) {
        List<String> bare = lines.stream().map(String::strip).toList();
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at + old.size() <= bare.size(); at++) {
            if (bare.subList(at, at + old.size()).equals(old)) {
                found.add(at);
            }
        }
        return found;
    }
}

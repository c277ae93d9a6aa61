package io.understudy.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** One mapping of the YAML file, with the lines it came from; reports unknown and repeated keys. */
final class YamlSection {
    private final String path;
    private final int line;
    private final Map<String, Node> children = new LinkedHashMap<>();
    private final Faults faults;

    /** @param path where it stands: {@code replica}, {@code trees[2]}; empty at the top */
    YamlSection(String path, Node node, Faults faults) {
        this.path = path;
        this.line = line(node);
        this.faults = faults;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::take);
        } else if (!isNull(node)) {
            faults.add(line, (path.isEmpty() ? "the file" : path) + " must hold keys and values");
        }
    }

    private void take(NodeTuple tuple) {
        int line = line(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            faults.add(line, "a key must be a word");
        } else if (children.put(key.getValue(), tuple.getValueNode()) != null) {
            faults.add(line, "key " + name(key.getValue()) + " is given twice");
        }
    }

    int line() {
        return line;
    }

    /** The full name of a key of this section, for messages. */
    String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** The value; absent also when it is empty ({@code key:}). */
    Optional<Node> child(String key) {
        return Optional.ofNullable(children.get(key)).filter(node -> !isNull(node));
    }

    /** The mapping below a key; an absent one is an empty section. */
    YamlSection section(String key) {
        Node none = new MappingNode(Tag.MAP, List.of(), org.yaml.snakeyaml.DumperOptions.FlowStyle.BLOCK);
        return new YamlSection(name(key), child(key).orElse(none), faults);
    }

    /** The mappings in the list below a key. */
    List<YamlSection> sections(String key) {
        List<YamlSection> result = new ArrayList<>();
        Optional<Node> node = child(key);
        if (node.isPresent() && node.get() instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                result.add(new YamlSection(name(key) + "[" + (result.size() + 1) + "]", item, faults));
            }
        } else {
            node.ifPresent(other -> faults.add(line(other), name(key) + " must be a list"));
        }
        return result;
    }

    Map<String, Node> children() {
        return children;
    }

    /** Reports every key that is neither allowed nor the {@code _file} form of one that is. */
    void allowOnly(List<String> allowed) {
        children.forEach((key, node) -> {
            String plain = key.endsWith("_file") ? key.substring(0, key.length() - "_file".length()) : key;
            if (!allowed.contains(key) && !allowed.contains(plain)) {
                faults.add(line(node), "unknown key " + name(key) + suggestion(key, plain, allowed));
            }
        });
    }

    /** A key that ends in {@code _file} is compared without it, and suggested with it. */
    private static String suggestion(String key, String plain, List<String> allowed) {
        String ending = key.substring(plain.length());
        return NearestName.of(plain, allowed)
                .map(other -> " (did you mean " + other + ending + "?)")
                .orElse("");
    }

    static int line(Node node) {
        return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }
}

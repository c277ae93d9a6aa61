package io.understudy.config;

import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Files with secrets that others than their owner and group may read: the configuration that holds one itself, a file
 * that a {@code _file} key names, the key of TLS, that of SSH. They are used all the same, so that an agent starts;
 * each is warned of.
 */
final class SecretFiles {
    private final Path config;
    private final YamlSection top;
    private final List<String> warnings = new ArrayList<>();

    private SecretFiles(Path config, YamlSection top) {
        this.config = config;
        this.top = top;
    }

    /** @return a sentence for each, with what to do */
    static List<String> open(Path config, YamlSection top) {
        SecretFiles files = new SecretFiles(config, top);
        Arrays.stream(Setting.values())
                .filter(setting -> setting.kind().equals(Kind.SECRET))
                .forEach(files::look);
        files.named(Setting.TLS_KEY, Setting.TLS_KEY.key());
        files.named(Setting.FILESTORE_SSH_IDENTITY, Setting.FILESTORE_SSH_IDENTITY.key());
        return files.warnings.stream().distinct().toList();
    }

    private void look(Setting setting) {
        named(setting, setting.key() + "_file");
        texts(setting, setting.key()).forEach((name, text) -> {
            // A variable of the environment is not in the file.
            if (!text.startsWith("${")) {
                warn(config, "holds " + name);
            }
        });
    }

    private void named(Setting setting, String key) {
        texts(setting, key).forEach((name, file) -> {
            if (!file.contains("${")) {
                warn(RawPaths.path(file), "is " + name);
            }
        });
    }

    /** The values of a key by their full names: a filestore of a list has the keys of the single one. */
    private Map<String, String> texts(Setting setting, String key) {
        List<String> steps = List.of(setting.section().split("\\."));
        String first = steps.get(0);
        List<YamlSection> places = new ArrayList<>(
                first.endsWith("[]")
                        ? top.sections(first.substring(0, first.length() - 2))
                        : List.of(top.section(first)));
        if (first.equals("filestore")) {
            places.addAll(top.sections("filestores"));
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (YamlSection place : places) {
            YamlSection section = place;
            for (String step : steps.subList(1, steps.size())) {
                section = section.section(step);
            }
            String name = section.name(key);
            section.child(key)
                    .filter(ScalarNode.class::isInstance)
                    .map(node -> ((ScalarNode) node).getValue())
                    .filter(text -> !text.isEmpty())
                    .ifPresent(text -> texts.put(name, text));
        }
        return texts;
    }

    private void warn(Path file, String what) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                warnings.add(
                        file + ", which " + what + ", can be read by every user of this server: chmod o-rwx " + file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // It cannot be looked at: what needs it says so.
            return;
        }
    }
}

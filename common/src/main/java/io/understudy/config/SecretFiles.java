package io.understudy.config;

import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        String text = text(setting, setting.key());
        // A variable of the environment is not in the file.
        if (!text.isEmpty() && !text.startsWith("${")) {
            warn(config, "holds " + setting.path());
        }
    }

    private void named(Setting setting, String key) {
        String file = text(setting, key);
        if (!file.isEmpty() && !file.contains("${")) {
            warn(RawPaths.path(file), "is " + setting.path() + (key.equals(setting.key()) ? "" : "_file"));
        }
    }

    private String text(Setting setting, String key) {
        return top.section(setting.section())
                .child(key)
                .filter(ScalarNode.class::isInstance)
                .map(node -> ((ScalarNode) node).getValue())
                .orElse("");
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

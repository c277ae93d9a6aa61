package io.understudy.config;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads the configuration of a host: YAML, {@code ${NAME}} from the environment ({@code $${NAME}} stays as it is), and
 * any {@code x_file} for {@code x}.
 */
public final class SettingsFile {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsFile.class);

    private SettingsFile() {}

    /** @throws UnderstudyException {@code CONFIG_INVALID} with every fault of the file, each with its line */
    public static Settings load(Path file) {
        return load(file, System.getenv());
    }

    static Settings load(Path file, Map<String, String> environment) {
        Faults faults = new Faults();
        Settings settings = new SettingsReader(values(file, environment, faults)).read();
        faults.throwIfAny(file);
        openSecrets(file).forEach(LOG::warn);
        return settings;
    }

    /** Files with secrets that every user of this server may read, a sentence for each. */
    static List<String> openSecrets(Path file) {
        return SecretFiles.open(file, new YamlSection("", parse(file, read(file)), new Faults()));
    }

    private static Values values(Path file, Map<String, String> environment, Faults faults) {
        YamlSection top = new YamlSection("", parse(file, read(file)), faults);
        return new Values(top, environment, faults, reading -> again(file, environment, reading));
    }

    /** One setting as the file says now; the others of a running agent stay as they were at its start. */
    private static Optional<String> again(
            Path file, Map<String, String> environment, Function<Values, Optional<String>> reading) {
        Faults faults = new Faults();
        Optional<String> text = reading.apply(values(file, environment, faults));
        faults.throwIfAny(file);
        return text;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw invalid(file, "it is not UTF-8 text", "save it as UTF-8", e);
        } catch (AccessDeniedException e) {
            String user = System.getProperty("user.name");
            throw invalid(
                    file, "permission denied", "run the command as a user that may read it; now it is " + user, e);
        } catch (IOException e) {
            boolean missing = e instanceof NoSuchFileException;
            throw invalid(
                    file, missing ? "no such file" : e.getMessage(), "name the configuration file with -c FILE", e);
        }
    }

    private static Node parse(Path file, String text) {
        try {
            Node node = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (node == null) {
                throw invalid(file, "the file is empty", "start from the example configuration", null);
            }
            return node;
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw invalid(file, "line " + line + ": " + e.getProblem(), "correct the YAML", e);
        } catch (YAMLException | NumberFormatException e) {
            // The latter is how the library ends at a Unicode escape without its digits.
            throw invalid(file, "it is not YAML: " + e.getMessage().strip(), "correct the YAML", e);
        }
    }

    private static UnderstudyException invalid(Path file, String why, String hint, Exception cause) {
        return new UnderstudyException(ErrorCode.CONFIG_INVALID, "cannot use " + file + ": " + why, hint, cause);
    }
}

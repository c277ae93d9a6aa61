package io.understudy.config;

import io.understudy.files.FileFailure;
import io.understudy.files.RawPaths;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The typed values of one section. Every method answers something usable even after a fault, so that reading goes on
 * and finds the next one; the caller throws at the end.
 *
 * <p>More than 300 lines, for each kind of value is a few lines here and would be a class of its own elsewhere.
 */
final class Values {
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\$?)\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    /** Characters of a wrong value. */
    private static final int SHOWN = 300;

    private final YamlSection section;
    private final Map<String, String> environment;
    private final Faults faults;
    private final Function<Function<Values, Optional<String>>, Optional<String>> again;

    /** @param again reads something of this section of the file as it is then; throws UnderstudyException for faults */
    Values(
            YamlSection section,
            Map<String, String> environment,
            Faults faults,
            Function<Function<Values, Optional<String>>, Optional<String>> again) {
        this.section = section;
        this.environment = environment;
        this.faults = faults;
        this.again = again;
    }

    Values below(String key) {
        return new Values(
                section.section(key),
                environment,
                faults,
                reading -> again.apply(then -> reading.apply(then.below(key))));
    }

    List<Values> each(String key) {
        List<YamlSection> items = section.sections(key);
        return IntStream.range(0, items.size())
                .mapToObj(i -> new Values(
                        items.get(i), environment, faults, reading -> again.apply(then -> then.item(key, i, reading))))
                .toList();
    }

    /** Of a list that may have become shorter. */
    private Optional<String> item(String key, int number, Function<Values, Optional<String>> reading) {
        return each(key).stream().skip(number).findFirst().flatMap(reading);
    }

    YamlSection section() {
        return section;
    }

    void fault(Setting setting, String problem) {
        fault(setting.key(), problem);
    }

    /** @param key of this section, which may be a section itself */
    void fault(String key, String problem) {
        Node node = section.child(key).orElse(null);
        faults.add(node == null ? section.line() : YamlSection.line(node), section.name(key) + " " + problem);
    }

    String text(Setting setting) {
        return optionalText(setting).orElse("");
    }

    Optional<String> optionalText(Setting setting) {
        return raw(setting).or(setting::fallback).filter(text -> !text.isEmpty());
    }

    Secret secret(Setting setting) {
        return Secret.renewable(
                setting.path(), optionalText(setting), () -> again.apply(then -> then.optionalText(setting)));
    }

    String name(Setting setting) {
        String text = text(setting);
        if (!text.isEmpty() && !NAME.matcher(text).matches()) {
            fault(setting, "must be a name of a-z, 0-9, _ and - (up to 63, starting with a letter or digit): " + text);
        }
        return text;
    }

    /** The value, or this host's name. */
    String hostNamed(Setting setting) {
        return raw(setting).orElseGet(() -> {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "localhost";
            }
        });
    }

    String choice(Setting setting) {
        String text = text(setting);
        if (!text.isEmpty() && !setting.kind().choices().contains(text)) {
            fault(setting, "must be one of " + String.join(", ", setting.kind().choices()) + ": " + text);
            return setting.kind().choices().get(0);
        }
        return text.isEmpty() ? setting.kind().choices().get(0) : text;
    }

    int integer(Setting setting) {
        return number(setting, text(setting), "must be a number, ")
                .orElse((int) setting.kind().low());
    }

    /** Numbers by name; those that are not named have their defaults. */
    Map<String, Integer> counts(Setting setting, Map<String, Integer> defaults) {
        Map<String, Integer> result = new LinkedHashMap<>(defaults);
        map(setting).forEach((name, text) -> {
            String problem = "must hold a number for " + name + ", ";
            if (text.isEmpty()) {
                fault(setting, problem + setting.kind().range());
            }
            number(setting, text, problem).ifPresent(count -> result.put(name, count));
        });
        return result;
    }

    private Optional<Integer> number(Setting setting, String text, String problem) {
        return parsed(setting, text, problem + setting.kind().range(), word -> {
            int number = Integer.parseInt(word);
            if (number < setting.kind().low() || number > setting.kind().high()) {
                throw new IllegalArgumentException("out of range");
            }
            return number;
        });
    }

    /** Bytes; empty when nothing is set. */
    OptionalLong size(Setting setting) {
        return limited(setting, "must be a size, ", Sizes::parse).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    OptionalDouble decimal(Setting setting) {
        return limited(setting, "must be a number, ", text -> Math.round(Double.parseDouble(text) * 1000)).stream()
                .mapToDouble(thousandths -> thousandths / 1000.0)
                .findFirst();
    }

    private Optional<Long> limited(Setting setting, String problem, Function<String, Long> parser) {
        return parsed(setting, text(setting), problem + setting.kind().range(), text -> {
            long value = parser.apply(text);
            if (value < setting.kind().low() || value > setting.kind().high()) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        });
    }

    Duration duration(Setting setting) {
        Duration low = Duration.ofMillis(setting.kind().low());
        Duration value = parsed(
                        setting,
                        text(setting),
                        "must be a duration, " + setting.kind().range(),
                        Durations::parse)
                .orElse(low);
        if (value.toMillis() < setting.kind().low()
                || value.toMillis() > setting.kind().high()) {
            fault(setting, "must be " + setting.kind().range() + ": " + text(setting));
            return low;
        }
        return value;
    }

    /** Of a key that may be absent. */
    Optional<Duration> optionalDuration(Setting setting) {
        return raw(setting).map(text -> duration(setting));
    }

    Optional<ZoneId> zone(Setting setting) {
        Set<String> known = ZoneId.getAvailableZoneIds();
        return optionalText(setting).flatMap(text -> {
            String meant = Optional.of(text)
                    .filter(word -> word.length() <= SHOWN)
                    .flatMap(word -> NearestName.of(word, known))
                    .map(name -> " (did you mean " + name + "?)")
                    .orElse("");
            return parsed(setting, text, "must be a time zone such as Europe/Amsterdam" + meant, name -> {
                if (!known.contains(name)) {
                    throw new IllegalArgumentException(name);
                }
                return ZoneId.of(name);
            });
        });
    }

    Optional<Boolean> yesNo(Setting setting) {
        return raw(setting)
                .flatMap(text -> parsed(setting, text, "must be yes or no", word -> switch (word) {
                    case "yes", "true", "on" -> true;
                    case "no", "false", "off" -> false;
                    default -> throw new IllegalArgumentException(word);
                }));
    }

    Path path(Setting setting) {
        return optionalPath(setting).orElse(Path.of("/"));
    }

    Optional<Path> optionalPath(Setting setting) {
        return optionalText(setting).map(text -> absolute(setting, text));
    }

    List<Path> paths(Setting setting) {
        return list(setting).stream().map(text -> absolute(setting, text)).toList();
    }

    private Path absolute(Setting setting, String text) {
        return parsed(setting, text, "must be an absolute path below /", word -> {
                    Path path = RawPaths.path(word).normalize();
                    if (!path.isAbsolute() || path.getNameCount() == 0) {
                        throw new IllegalArgumentException(word);
                    }
                    return path;
                })
                .orElse(Path.of("/"));
    }

    Optional<URI> uri(Setting setting, List<String> schemes) {
        String wanted = "must be a URL of " + String.join(" or ", schemes);
        Optional<URI> uri = optionalText(setting)
                .flatMap(text -> parsed(setting, text, wanted, word -> {
                    URI read = URI.create(word);
                    if (!schemes.contains(String.valueOf(read.getScheme()))
                            || String.valueOf(read.getPath()).indexOf('\0') >= 0) {
                        throw new IllegalArgumentException("scheme, or a path that no system has");
                    }
                    return read;
                }));
        // Messages and metrics name these URLs.
        uri.filter(read -> !"sftp".equals(read.getScheme()))
                .map(URI::getRawAuthority)
                .filter(authority -> authority.contains("@"))
                .ifPresent(authority -> fault(setting, "must hold no credentials"));
        return uri;
    }

    HostPort hostPort(Setting setting) {
        return parsed(setting, text(setting), "must be host:port", HostPort::parse)
                .orElse(new HostPort("127.0.0.1", 0));
    }

    Optional<HostPort> listen(Setting setting) {
        return text(setting).equals("off") ? Optional.empty() : Optional.of(hostPort(setting));
    }

    List<HostPort> hostPorts(Setting setting) {
        return list(setting).stream()
                .flatMap(text -> parsed(setting, text, "must be a list of host:port", HostPort::parse).stream())
                .toList();
    }

    List<String> list(Setting setting) {
        List<String> result = new ArrayList<>();
        Optional<Node> node = section.child(setting.key());
        if (node.isPresent() && node.get() instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> scalar(setting.key(), item).ifPresent(result::add));
        } else {
            node.ifPresent(other -> fault(setting, "must be a list, such as [a, b]"));
        }
        return result;
    }

    /** One value, or a list of some. */
    List<String> oneOrMore(Setting setting) {
        boolean one = section.child(setting.key())
                .filter(ScalarNode.class::isInstance)
                .isPresent();
        return one ? optionalText(setting).stream().toList() : list(setting);
    }

    Map<String, String> map(Setting setting) {
        Map<String, String> result = new LinkedHashMap<>();
        Optional<Node> node = section.child(setting.key());
        if (node.isPresent() && node.get() instanceof MappingNode) {
            YamlSection entries = section.section(setting.key());
            entries.children()
                    .forEach((key, value) ->
                            scalar(setting.key() + "." + key, value).ifPresent(text -> result.put(key, text)));
        } else {
            node.ifPresent(other -> fault(setting, "must hold names and values"));
        }
        return result;
    }

    <T> Optional<T> parsed(Setting setting, String text, String problem, Function<String, T> parser) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            fault(setting, problem + ": " + shown(text));
            return Optional.empty();
        }
    }

    /**
     * What is written where no secret belongs may hold one nevertheless:
     * {@code jdbc:postgresql://user:secret@host/site?password=secret}.
     */
    private static String shown(String text) {
        String host = text.replaceAll("//[^/?#]*@", "//••••@");
        // Of a long word the expression below tries each part.
        String most = host.length() <= SHOWN ? host : host.substring(0, SHOWN) + "…";
        return most.replaceAll("(?i)(\\w*(?:pass|secret|token|key)\\w*)=[^&]*", "$1=••••");
    }

    /** The text as written, from the key or from the file that its {@code _file} form names. */
    private Optional<String> raw(Setting setting) {
        String fileKey = setting.key() + "_file";
        Optional<String> plain = section.child(setting.key()).flatMap(node -> scalar(setting.key(), node));
        Optional<String> file =
                section.child(fileKey).flatMap(node -> scalar(fileKey, node)).flatMap(this::contentOf);
        if (section.child(fileKey).isPresent() && section.child(setting.key()).isPresent()) {
            fault(setting, "and " + section.name(fileKey) + " are both set: keep one");
        } else if (setting.required()
                && section.child(setting.key()).isEmpty()
                && section.child(fileKey).isEmpty()) {
            faults.add(section.line(), section.name(setting.key()) + " is missing");
        }
        return plain.or(() -> file);
    }

    private Optional<String> contentOf(String file) {
        try {
            return Optional.of(Files.readString(RawPaths.path(file)).stripTrailing());
        } catch (InvalidPathException e) {
            faults.add(section.line(), "cannot read " + file.replace("\0", "\\0") + ": it is no path");
            return Optional.empty();
        } catch (IOException e) {
            faults.add(section.line(), "cannot read " + file + ": " + FileFailure.reason(e));
            return Optional.empty();
        }
    }

    private Optional<String> scalar(String key, Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            faults.add(YamlSection.line(node), section.name(key) + " must be a single value");
            return Optional.empty();
        }
        Matcher variable = VARIABLE.matcher(scalar.getValue());
        return Optional.of(
                variable.replaceAll(match -> Matcher.quoteReplacement(value(match.group(1), match.group(2), node))));
    }

    private String value(String escape, String variable, Node node) {
        if (!escape.isEmpty()) {
            return "${" + variable + "}";
        }
        String value = environment.get(variable);
        if (value == null) {
            faults.add(YamlSection.line(node), "environment variable " + variable + " is not set");
            return "";
        }
        return value;
    }
}

package io.understudy.config;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of configurations: one file {@code NAME.yaml} for each site, whose {@code site} is NAME. Hidden files are
 * passed over.
 *
 * @param names of the sites, ascending
 */
public record SiteFolder(Path folder, List<String> names) {
    private static final String END = ".yaml";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    public SiteFolder {
        names = List.copyOf(names);
    }

    /**
     * @throws UnderstudyException {@code CONFIG_INVALID} where it can't be read, holds no configuration, or a file that
     *     looks like one and would not be read
     */
    public static SiteFolder of(Path folder) {
        List<String> names = new ArrayList<>();
        for (String file : files(folder)) {
            String name = file.replaceFirst("\\.ya?ml$", "");
            if (!file.endsWith(END)) {
                throw new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot use " + folder + ": " + file + " would not be read",
                        "name it " + name + END + ", or move it elsewhere");
            }
            if (!NAME.matcher(name).matches()) {
                throw new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot use " + folder + ": " + name + " is no name of a site",
                        "name the file like its site, with lower-case letters, digits, _ and -, and .yaml");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + folder + ": it holds no configuration",
                    "put one file for each site there, named NAME.yaml");
        }
        return new SiteFolder(folder, names);
    }

    private static List<String> files(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && (name.endsWith(END) || name.endsWith(".yml")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use the folder of configurations " + folder + ": " + e.getMessage(),
                    "run the command as a user that may read it; now it is " + System.getProperty("user.name"),
                    e);
        }
    }

    /**
     * @throws UnderstudyException {@code CONFIG_INVALID} with every fault of the file, and where it is another site's
     */
    public Settings load(String name) {
        if (!names.contains(name)) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "no site " + name + " in " + folder + ": it has " + String.join(", ", names),
                    NearestName.of(name, names)
                            .map(meant -> "did you mean --site " + meant + "?")
                            .orElse("name one of these with --site"));
        }
        Path file = folder.resolve(name + END);
        Settings settings = SettingsFile.load(file);
        if (!settings.site().equals(name)) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + file + ": its site is " + settings.site(),
                    "name the file " + settings.site() + END + ", or correct the key site");
        }
        return settings;
    }

    /** Where a command is for one site and none was named. */
    public UnderstudyException ambiguous() {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "which site is not clear: " + folder + " has " + String.join(", ", names),
                "add --site " + names.get(0) + ", or whichever of them you mean");
    }

    /**
     * What one of the sites shares with the others, whose files are read for it; one that can't be read is passed over.
     *
     * @return a sentence for each
     */
    public List<String> shared(Settings settings) {
        SitePlaces mine = SitePlaces.of(settings);
        List<String> shared = new ArrayList<>();
        for (String other : names) {
            if (!other.equals(settings.site())) {
                places(other).forEach(its -> shared.addAll(mine.sharedWith(its)));
            }
        }
        return shared;
    }

    private List<SitePlaces> places(String other) {
        try {
            return List.of(SitePlaces.of(load(other)));
        } catch (UnderstudyException e) {
            // It says so itself, and can't run.
            return List.of();
        }
    }
}

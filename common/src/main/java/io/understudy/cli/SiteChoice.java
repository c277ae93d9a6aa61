package io.understudy.cli;

import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.config.SiteFolder;
import io.understudy.config.SitePlaces;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which site a command is for.
 *
 * @param config a file, or a folder with one for each site
 * @param site the one that was named
 */
public record SiteChoice(Path config, Optional<String> site) {
    /**
     * @throws UnderstudyException {@code CONFIG_INVALID} with every fault of the file; {@code USAGE} where it is a
     *     folder and no site is named, or the other way round
     */
    Settings settings() {
        return folder().map(this::named).orElseGet(this::only);
    }

    private Settings named(SiteFolder folder) {
        return folder.load(site.orElseThrow(folder::ambiguous));
    }

    private Settings only() {
        if (site.isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--site " + site.get() + " needs a folder of configurations: " + config + " is none",
                    "name the folder with --config, or leave --site out");
        }
        return SettingsFile.load(config);
    }

    /** Where the configuration is one. */
    public Optional<SiteFolder> folder() {
        return Files.isDirectory(config) ? Optional.of(SiteFolder.of(config)) : Optional.empty();
    }

    /** All sites, where the configuration is a folder and none is named. */
    public Optional<SiteFolder> all() {
        return site.isEmpty() ? folder() : Optional.empty();
    }

    /**
     * That the site shares nothing with the others of its folder; with one configuration there are none.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} where it does
     */
    public void requireOwnPlaces(Settings settings) {
        folder().ifPresent(folder -> SitePlaces.requireNone(settings.site(), folder.shared(settings)));
    }
}

package io.understudy.files;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.io.function.IOSupplier;

/** Names of users and groups, each looked up once. A number without a name is its own name. Not thread-safe. */
public final class Accounts {
    private final UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
    private final Map<Integer, String> users = new HashMap<>();
    private final Map<Integer, String> groups = new HashMap<>();
    private final Map<String, Optional<UserPrincipal>> usersByName = new HashMap<>();
    private final Map<String, Optional<GroupPrincipal>> groupsByName = new HashMap<>();

    /** @param sample a file that this user owns */
    String user(FileStat stat, Path sample) throws IOException {
        String known = users.get(stat.uid());
        if (known == null) {
            known = view(sample).readAttributes().owner().getName();
            users.put(stat.uid(), known);
        }
        return known;
    }

    /** @param sample a file of this group */
    String group(FileStat stat, Path sample) throws IOException {
        String known = groups.get(stat.gid());
        if (known == null) {
            known = view(sample).readAttributes().group().getName();
            groups.put(stat.gid(), known);
        }
        return known;
    }

    /** The user of this name on this server, if there is one. */
    public Optional<UserPrincipal> findUser(String name) {
        return usersByName.computeIfAbsent(name, n -> find(() -> lookup.lookupPrincipalByName(n)));
    }

    /** The group of this name on this server, if there is one. */
    public Optional<GroupPrincipal> findGroup(String name) {
        return groupsByName.computeIfAbsent(name, n -> find(() -> lookup.lookupPrincipalByGroupName(n)));
    }

    static PosixFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static <T> Optional<T> find(IOSupplier<T> lookup) {
        try {
            return Optional.of(lookup.get());
        } catch (UserPrincipalNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

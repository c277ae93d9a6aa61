package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.age.AgeException;
import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Naming;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The object {@code keys/<n>.age}: the repository's key, as an age file for all of its recipients. Inside are two
 * lines, JSON and a signature, as in a manifest: without the signature a person who may write into the filestore could
 * give the servers a key of its own.
 *
 * <pre>{@code
 * {"format":1,"repository":"<uuid>","site":"…","key":1,"identity":"AGE-SECRET-KEY-1…",
 *  "outline":"AGE-SECRET-KEY-1…","naming":"<hex>","recipients":["age1…"]}
 * ed25519 <key id> <signature>
 * }</pre>
 */
public final class KeyObject {
    private static final int FORMAT = 1;
    private static final int FIRST = 1;
    private static final int LONGEST = 256 << 10;
    private static final String PREFIX = "keys/";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{8})\\.age");
    /** More than a repository gets in its life, and few enough to open all. */
    private static final int MOST = 1000;

    private KeyObject() {}

    private record Line(
            int format,
            String repository,
            String site,
            int key,
            String identity,
            String outline,
            String naming,
            List<String> recipients,
            @JsonInclude(JsonInclude.Include.NON_NULL) Boolean moved) {
        /** Says nothing of the secrets. */
        @Override
        public String toString() {
            return "key " + key + " of repository " + repository;
        }
    }

    /** @param recipients for whom it is encrypted */
    public record Opened(RepositoryKey key, List<Recipient> recipients) {
        public Opened {
            recipients = List.copyOf(recipients);
        }
    }

    static String key(int number) {
        return (PREFIX + "%08d.age").formatted(number);
    }

    /** Writes it, or replaces it: what it was encrypted to before opens this one no more. Durable on return. */
    public static void write(
            Filestore filestore,
            UUID repository,
            String site,
            RepositoryKey key,
            List<Recipient> recipients,
            SigningKey signer) {
        filestore.put(key(key.number()), Content.of(sealed(repository, site, key, recipients, signer)));
    }

    /**
     * As {@link #write}, of a key that is not there.
     *
     * @throws UnderstudyException {@code COMMIT_CONFLICT} when another server made one of this number
     */
    public static void create(
            Filestore filestore,
            UUID repository,
            String site,
            RepositoryKey key,
            List<Recipient> recipients,
            SigningKey signer) {
        byte[] object = sealed(repository, site, key, recipients, signer);
        if (!filestore.putIfAbsent(key(key.number()), object) && !isThere(filestore, key.number(), object)) {
            throw new UnderstudyException(
                    ErrorCode.COMMIT_CONFLICT,
                    "cannot make " + key(key.number()) + " in " + filestore.name() + ": there is one already",
                    "another rekey made it, or runs: run agent-primary rekey again, which goes on with that key");
        }
    }

    /** A retry may find its own write. */
    private static boolean isThere(Filestore filestore, int number, byte[] object) {
        return SmallObject.read(filestore, key(number), LONGEST)
                .filter(there -> Arrays.equals(there, object))
                .isPresent();
    }

    private static byte[] sealed(
            UUID repository, String site, RepositoryKey key, List<Recipient> recipients, SigningKey signer) {
        Line line = new Line(
                FORMAT,
                repository.toString(),
                site,
                key.number(),
                key.identity().reveal(),
                key.outline().reveal(),
                HexFormat.of().formatHex(key.naming()),
                recipients.stream().map(Recipient::text).toList(),
                key.moved() ? true : null);
        byte[] signed = SignedLine.sign(RepositoryJson.line(line), signer);
        return AgeFiles.seal(signed, recipients);
    }

    /**
     * Copies them as they are.
     *
     * @param replaces also over one that is there and differs
     * @param genuine throws where one of them is not
     */
    static void copyAll(Filestore from, Filestore to, boolean replaces, Runnable genuine) {
        for (int number : numbers(from)) {
            if (to.stat(key(number)).isEmpty() || replaces && !isThere(to, number, read(from, number))) {
                genuine.run();
                to.put(key(number), Content.of(read(from, number)));
            }
        }
    }

    /** The numbers of those that are there, ascending; at least the first, where there is none. */
    static List<Integer> numbers(Filestore filestore) {
        List<Integer> found = SmallObject.list(filestore, PREFIX, "", MOST).stream()
                .map(object -> NAME.matcher(object.key()))
                .filter(Matcher::matches)
                .map(name -> Integer.valueOf(name.group(1)))
                .toList();
        return found.isEmpty() ? List.of(FIRST) : found;
    }

    static int newest(Filestore filestore) {
        List<Integer> numbers = numbers(filestore);
        return numbers.get(numbers.size() - 1);
    }

    /** The newest one, as {@link #openAll}. */
    public static Opened open(
            Filestore filestore, List<AgeIdentity> identities, UUID repository, String site, TrustedKeys trusted) {
        List<Opened> all = openAll(filestore, identities, repository, site, trusted);
        return all.get(all.size() - 1);
    }

    /**
     * All, the newest last. One that does not open is an error, and not passed over: content would be encrypted to the
     * one before.
     *
     * @param identities of this server
     * @throws UnderstudyException {@code NOT_ENCRYPTED} where there is none, {@code IDENTITY_MISSING} where it is for
     *     others, and as reading a manifest does where it is not genuine
     */
    public static List<Opened> openAll(
            Filestore filestore, List<AgeIdentity> identities, UUID repository, String site, TrustedKeys trusted) {
        List<Opened> all = new ArrayList<>();
        for (int number : numbers(filestore)) {
            Opened opened = open(filestore, number, identities, repository, site, trusted);
            if (!all.isEmpty()
                    && !Arrays.equals(opened.key().naming(), all.get(0).key().naming())) {
                throw SignedLine.damaged(key(number), "its secret of names is another one", null);
            }
            all.add(opened);
        }
        return all;
    }

    private static Opened open(
            Filestore filestore,
            int number,
            List<AgeIdentity> identities,
            UUID repository,
            String site,
            TrustedKeys trusted) {
        String what = key(number) + " in " + filestore.name();
        byte[] signed = opened(what, read(filestore, number), identities);
        SignedLine line = SignedLine.parse(what, signed).verified(trusted);
        try {
            Line found = RepositoryJson.read(line.bytes(), 0, line.length(), Line.class);
            if (found.format() != FORMAT) {
                throw new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "cannot read " + what + ": it has format " + found.format() + "; this version reads " + FORMAT,
                        "upgrade Understudy on this server");
            }
            ManifestCodec.requireSite(what, found.site(), site);
            ManifestCodec.requireRepository(what, found.repository(), repository);
            return new Opened(
                    key(found, number),
                    found.recipients().stream().map(Recipient::parse).toList());
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            // Without the cause, which may quote a key.
            throw SignedLine.damaged(what, "its content is none of a key", null);
        }
    }

    private static RepositoryKey key(Line line, int number) {
        byte[] naming = HexFormat.of().parseHex(line.naming());
        if (line.key() != number || naming.length != Naming.SECRET) {
            throw new IllegalArgumentException("not a key that is written");
        }
        return new RepositoryKey(
                line.key(),
                AgeIdentity.parse(line.identity()),
                AgeIdentity.parse(line.outline()),
                naming,
                line.moved() != null && line.moved());
    }

    private static byte[] read(Filestore filestore, int number) {
        return SmallObject.read(filestore, key(number), LONGEST)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.NOT_ENCRYPTED,
                        "cannot open the repository in " + filestore.name() + ": the configuration has encryption, and"
                                + " there is no " + key(number),
                        "encrypt a new repository with agent-primary init --encrypt; if the object was lost, put the one"
                                + " of a standby's mirror in its place; if this one is meant to be plain, remove"
                                + " encryption from the configuration"));
    }

    private static byte[] opened(String what, byte[] sealed, List<AgeIdentity> identities) {
        try {
            return AgeFiles.open(sealed, identities);
        } catch (AgeException e) {
            throw new UnderstudyException(
                    ErrorCode.IDENTITY_MISSING,
                    "cannot open " + what + " with encryption.identity, "
                            + identities.get(0).recipient() + ": " + e.getMessage(),
                    "name the file of an identity that the repository is encrypted to; an object that was damaged is put"
                            + " back from the mirror in a standby's state folder",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("it is read from memory", e);
        }
    }
}

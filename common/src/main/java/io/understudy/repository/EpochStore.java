package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The epoch that this server holds, durable in its state folder; both agents of a host read and write it. What a method
 * returned for lasts.
 *
 * <p>A claim is kept as {@link #intend intended} before it is sent, so that after a crash the same claim is sent again
 * and recognised as this server's own. {@code epoch.json}, and {@code epoch.claim.json} of an intended claim, hold
 * {@code {"format":1,"repository":"<uuid>","epoch":2,"nonce":"…","server":"b.example.net",
 *  "when":"2026-11-20T10:00:00Z","reason":"promote"}}.
 */
public final class EpochStore {
    private static final int FORMAT = 1;

    private final Path held;
    private final Path intended;

    /** @param state the agents' state folder; made when something is written */
    public EpochStore(Path state) {
        this.held = state.resolve("epoch.json");
        this.intended = state.resolve("epoch.claim.json");
    }

    /**
     * The epoch that this server claimed last; a higher one may have been claimed by another since.
     *
     * @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_FAILED}
     */
    public Optional<HeldEpoch> held() {
        return read(held);
    }

    /** The claim that was about to be sent and is not known to have arrived. */
    public Optional<HeldEpoch> intended() {
        return read(intended);
    }

    /** Keeps a claim that is about to be sent. */
    public void intend(HeldEpoch claim) {
        write(intended, claim);
    }

    /** The claim arrived: this server holds the epoch. */
    public void hold(HeldEpoch claim) {
        write(held, claim);
        AtomicFiles.delete(intended);
    }

    /**
     * The epoch in which this server may commit now. The commit itself looks once more.
     *
     * @throws UnderstudyException {@code FENCED} when it holds none of this repository, or another server has a higher
     *     one
     */
    public int require(Repository repository) {
        HeldEpoch mine = held().orElseThrow(() -> fenced(
                repository,
                "this server holds no epoch",
                "only one server may publish: run agent-primary init for a new repository, or promote this server"));
        if (!mine.repository().equals(repository.id())) {
            throw fenced(
                    repository,
                    "epoch " + mine.epoch() + " of this server is one of another repository, " + mine.repository(),
                    "correct filestore.url, or promote this server");
        }
        int highest = repository.epochs().highest();
        if (highest > mine.epoch()) {
            throw fenced(
                    repository,
                    repository.epochs().describe(highest) + ", this server holds epoch " + mine.epoch(),
                    Fence.HINT);
        }
        return mine.epoch();
    }

    private static UnderstudyException fenced(Repository repository, String why, String hint) {
        return new UnderstudyException(ErrorCode.FENCED, "cannot publish into " + repository.name() + ": " + why, hint);
    }

    private static void write(Path file, HeldEpoch epoch) {
        AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(file, RepositoryJson.line(Stored.of(epoch)), AtomicFiles.PRIVATE);
    }

    private static Optional<HeldEpoch> read(Path file) {
        try {
            return Optional.of(parsed(file, Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(ErrorCode.FILE_FAILED, file, e.toString(), "run the agent as the state folder's owner", e);
        }
    }

    private static HeldEpoch parsed(Path file, byte[] bytes) {
        try {
            int format = RepositoryJson.format(bytes, 0, bytes.length);
            if (format > FORMAT) {
                String why = "its format is " + format;
                throw unreadable(
                        ErrorCode.FORMAT_UNKNOWN,
                        file,
                        why,
                        "upgrade Understudy on this server: a later version wrote it",
                        null);
            }
            return RepositoryJson.read(bytes, 0, bytes.length, Stored.class).value();
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            String hint = "restore the file, or remove it and claim an epoch by promoting this server";
            throw unreadable(ErrorCode.STATE_DAMAGED, file, "it is damaged, or another program wrote it", hint, e);
        }
    }

    private static UnderstudyException unreadable(ErrorCode code, Path file, String why, String hint, Exception cause) {
        return new UnderstudyException(code, "cannot read " + file + ": " + why, hint, cause);
    }

    /** As the files hold it. */
    private record Stored(
            int format, UUID repository, int epoch, String nonce, String server, Instant when, String reason) {
        static Stored of(HeldEpoch held) {
            return new Stored(
                    FORMAT, held.repository(), held.epoch(), held.nonce(), held.server(), held.when(), held.reason());
        }

        HeldEpoch value() {
            return new HeldEpoch(repository, epoch, nonce, server, when, reason);
        }
    }
}

package io.understudy.config;

import io.understudy.age.Recipient;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * @param recipients for whom {@code init} encrypts the repository's key; those of standbys, and one for recovery
 * @param identity file of the private half of one of them; empty on a primary that reads no content
 */
public record EncryptionSettings(List<Recipient> recipients, Optional<Path> identity) {
    public EncryptionSettings {
        recipients = List.copyOf(recipients);
    }
}

package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientTest {
    private static final AgeIdentity IDENTITY = AgeIdentity.generate();

    @Test
    void isThePublicHalfOfItsIdentity() {
        Recipient recipient = Recipient.parse(" " + IDENTITY.recipient() + "\n");
        assertThat(recipient).isEqualTo(IDENTITY.recipient()).hasSameHashCodeAs(IDENTITY.recipient());
        assertThat(AgeIdentity.parse(IDENTITY.reveal() + "\n").recipient()).isEqualTo(recipient);
    }

    @ParameterizedTest
    @CsvSource({
        "ssh-ed25519 AAAA, an SSH key",
        "age1pq1abc, post-quantum",
        "age1tag1abc, token",
        "age1tagabc, checksum or length",
        "age1yubikey1abc, plugin",
        "example, does not begin with age1",
        "age1abc, checksum or length",
        "'', does not begin with age1"
    })
    void otherKindsAndOtherTextsAreRefused(String text, String why) {
        assertThatThrownBy(() -> Recipient.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aSecretInTheWrongPlaceIsNotQuoted() {
        String secret = IDENTITY.reveal();
        assertThatThrownBy(() -> Recipient.parse(secret))
                .hasMessageContaining("the private half")
                .hasMessageNotContaining(secret.substring(20, 40));
        String typo = secret.substring(0, 30) + (secret.charAt(30) == 'Q' ? 'P' : 'Q') + secret.substring(31);
        assertThatThrownBy(() -> AgeIdentity.parse(typo))
                .hasMessageContaining("checksum or length")
                .hasMessageNotContaining(secret.substring(20, 30))
                .hasNoCause();
        assertThatThrownBy(() -> AgeIdentity.parse("age1abc")).hasMessageContaining("AGE-SECRET-KEY-1");
        assertThat(IDENTITY.toString()).doesNotContain(secret.substring(16));
    }
}

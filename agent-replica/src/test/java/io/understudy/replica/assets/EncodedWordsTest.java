package io.understudy.replica.assets;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the library for mail. */
class EncodedWordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"J\u00fcrgen", "\u65e5\u672c \u8a9e", "\ud83d\ude00 a b", "a\u00e4", "=?UTF-8?B?YQ==?= \u00e4"})
    void aTextIsTheSameAfterwards(String text) throws UnsupportedEncodingException {
        for (String each : new String[] {text, (text + " ").repeat(40).strip()}) {
            String encoded = EncodedWords.encode(each);
            assertThat(encoded).isASCII();
            assertThat(encoded.split(" ")).allMatch(word -> word.length() <= 75);
            assertThat(EncodedWords.decode(encoded)).isEqualTo(each);
            assertThat(MimeUtility.decodeText(encoded)).isEqualTo(each);
            assertThat(EncodedWords.decode(
                            MimeUtility.encodeText(each, "UTF-8", "Q").replace("\r\n", "")))
                    .isEqualTo(each);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "plain text, plain text",
        "=?iso-8859-1?Q?J=FCrgen_M?= =?UTF-8*de?b?w6Q=?=, J\u00fcrgen M\u00e4",
        "a =?UTF-8?Q?b?= c, a b c",
        "=?no-such?Q?b?= =?UTF-8?B?*?= =?UTF-8?Q?=zz?=, =?no-such?Q?b?= =?UTF-8?B?*?= =?UTF-8?Q?=zz?=",
    })
    void whatIsNoWordStays(String value, String text) {
        assertThat(EncodedWords.decode(value)).isEqualTo(text);
    }

    @Test
    void nothingIsLeftOfNothing() {
        assertThat(EncodedWords.decode("")).isEmpty();
    }
}

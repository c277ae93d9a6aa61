package io.understudy.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Any bytes as text without loss: valid UTF-8 is decoded, every other byte becomes the lone surrogate U+DC00 + byte (as
 * Python's {@code surrogateescape} does), which no valid text holds.
 */
final class Surrogates {
    private static final int BASE = 0xdc00;

    private Surrogates() {}

    static String decode(byte[] raw) {
        if (RawPaths.isAscii(raw)) {
            return new String(raw, StandardCharsets.US_ASCII);
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(raw);
        CharBuffer out = CharBuffer.allocate(raw.length);
        while (in.hasRemaining()) {
            CoderResult result = decoder.decode(in, out, true);
            for (int i = 0; result.isError() && i < result.length(); i++) {
                out.put((char) (BASE + (in.get() & 0xff)));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    /** Whether the code point stands for a byte that is no UTF-8. */
    static boolean isByte(int codePoint) {
        return codePoint >= BASE + 0x80 && codePoint <= BASE + 0xff;
    }
}

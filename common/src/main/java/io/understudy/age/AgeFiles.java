package io.understudy.age;

import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The format of age, version 1: a header with the file's key for each recipient, then sealed chunks of 64 KiB. */
public final class AgeFiles {
    private static final int CHUNK = 64 << 10;
    private static final int TAG = 16;
    /** First and last line of a header, and the nonce behind it. */
    private static final int FRAME = 160;
    /** What a recipient adds to a header. */
    private static final int STANZA = 128;

    private AgeFiles() {}

    /** Loads the library behind the cipher on a thread of its own, next to what follows. */
    public static void prepare() {
        CompletableFuture.runAsync(NativeCiphers::provider);
    }

    /** The most bytes that so many plain ones become. */
    public static long most(long plain, int recipients) {
        return plain + FRAME + (long) STANZA * recipients + (plain / CHUNK + 1) * TAG;
    }

    /** Encrypts to all of these, at least one. @param out is closed */
    public static void seal(byte[] plain, int offset, int length, List<Recipient> recipients, OutputStream out) {
        try (WritableByteChannel channel = NativeCiphers.provider()
                .map(StandardEncryptingChannelFactory::new)
                .orElseGet(StandardEncryptingChannelFactory::new)
                .newEncryptingChannel(
                        Channels.newChannel(out),
                        recipients.stream().map(Recipient::writer).toList())) {
            channel.write(ByteBuffer.wrap(plain, offset, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has ChaCha20-Poly1305", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] seal(byte[] plain, List<Recipient> recipients) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        seal(plain, 0, plain.length, recipients, out);
        return out.toByteArray();
    }

    /**
     * The plain content. Each chunk is authentic before a byte of it is given; that none is missing at the end is sure
     * when the end was read.
     *
     * @param identities any of which may open it
     * @return throws {@link AgeException} where the content is at fault, and what {@code sealed} throws
     * @throws AgeException when the header is none, or for others
     */
    public static InputStream open(InputStream sealed, List<AgeIdentity> identities) throws IOException {
        Source source = new Source(sealed);
        try {
            ReadableByteChannel channel = NativeCiphers.provider()
                    .map(StandardDecryptingChannelFactory::new)
                    .orElseGet(StandardDecryptingChannelFactory::new)
                    .newDecryptingChannel(
                            Channels.newChannel(source),
                            identities.stream().map(AgeIdentity::reader).toList());
            return new Opened(channel, source);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            source.rethrow(e);
            String why = "it is no age file, or encrypted to other keys (" + e.getMessage() + ")";
            throw new AgeException(why, source.recipients(), e);
        }
    }

    public static byte[] open(byte[] sealed, List<AgeIdentity> identities) throws IOException {
        try (InputStream in = open(new ByteArrayInputStream(sealed), identities)) {
            return in.readAllBytes();
        }
    }

    /** For how many a sealed form is; 0: it is none. */
    public static int recipients(byte[] sealed) {
        return Source.recipients(
                new String(sealed, 0, Math.min(sealed.length, Source.HEAD), StandardCharsets.ISO_8859_1));
    }

    /**
     * Remembers whether a failure is its own: of a header that is cut or made up the library also throws what it does
     * not document.
     */
    private static final class Source extends FilterInputStream {
        private static final int HEAD = 1024;
        private static final Pattern HEADER = Pattern.compile(
                "age-encryption\\.org/v1\n((?:-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n)+)--- [A-Za-z0-9+/]{43}\n");
        private static final Pattern STANZA = Pattern.compile("(?m)^-> ");

        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private Exception failure;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                int count = super.read(target, offset, length);
                head.write(target, offset, Math.max(0, Math.min(count, HEAD - head.size())));
                return count;
            } catch (IOException | RuntimeException e) {
                failure = e;
                throw e;
            }
        }

        int recipients() {
            return recipients(head.toString(StandardCharsets.ISO_8859_1));
        }

        static int recipients(String head) {
            Matcher header = HEADER.matcher(head);
            return header.lookingAt()
                    ? (int) STANZA.matcher(header.group(1)).results().count()
                    : 0;
        }

        /** Where the failure is its own. */
        void rethrow(Exception e) throws IOException {
            if (e == failure && e instanceof IOException own) {
                throw own;
            }
            if (e == failure && e instanceof RuntimeException own) {
                throw own;
            }
        }
    }

    private static final class Opened extends InputStream {
        private final ReadableByteChannel channel;
        private final Source source;

        Opened(ReadableByteChannel channel, Source source) {
            this.channel = channel;
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                return channel.read(ByteBuffer.wrap(target, offset, length));
            } catch (IOException | RuntimeException e) {
                source.rethrow(e);
                throw new AgeException("it was altered or truncated", 0, e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

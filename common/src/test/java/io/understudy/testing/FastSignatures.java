package io.understudy.testing;

import io.understudy.files.FolderDeletion;
import io.understudy.repository.key.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureSpi;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Signatures as long as Ed25519's and as bound to key and content, but a hundred times as fast, for tests that sign and
 * check many manifests and in which signatures are not the matter. They are for the keys that come from here or are
 * registered here; other keys go to the platform. Only code that has this class can forge such a signature.
 */
public final class FastSignatures extends Provider {
    private static final long serialVersionUID = 1L;
    private static final Map<ByteBuffer, byte[]> PUBLIC = new ConcurrentHashMap<>();
    private static final AtomicLong CHECKS = new AtomicLong();
    private static boolean installed;

    private FastSignatures() {
        super("UnderstudyTests", "1", "signatures of the keys of tests");
        putService(new OfRegisteredKeys(this));
    }

    /** A key pair that is in no file. */
    public static SigningKey key() {
        try {
            Path folder = Files.createTempDirectory("understudy-key");
            try {
                return key(folder.resolve("key.pem"));
            } finally {
                FolderDeletion.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates a key pair, the private key in this file, the public one next to it. */
    public static SigningKey key(Path privatePem) {
        SigningKey key = SigningKey.generate(privatePem);
        register(decoded(privatePem), decoded(SigningKey.publicPath(privatePem)));
        return key;
    }

    /** How many signatures of this process were checked here, not by the platform. */
    public static long checks() {
        return CHECKS.get();
    }

    private static byte[] decoded(Path pem) {
        try {
            return Base64.getDecoder().decode(Files.readString(pem).replaceAll("-----[^-]*-----|\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on this pair signs and verifies the fast way, in the whole process. */
    public static synchronized void register(byte[] privateKey, byte[] publicKey) {
        PUBLIC.put(ByteBuffer.wrap(privateKey), publicKey);
        PUBLIC.put(ByteBuffer.wrap(publicKey), publicKey);
        if (!installed) {
            Security.insertProviderAt(new FastSignatures(), 1);
            installed = true;
        }
    }

    /** The service; it says which keys it takes, and the platform asks the next provider for the others. */
    private static final class OfRegisteredKeys extends Provider.Service {
        OfRegisteredKeys(Provider provider) {
            super(provider, "Signature", "Ed25519", Fast.class.getName(), null, null);
        }

        @Override
        public Object newInstance(Object parameter) {
            return new Fast();
        }

        @Override
        public boolean supportsParameter(Object key) {
            return key instanceof java.security.Key known && PUBLIC.containsKey(ByteBuffer.wrap(known.getEncoded()));
        }
    }

    private static final class Fast extends SignatureSpi {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            begin(key.getEncoded());
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            begin(key.getEncoded());
        }

        private void begin(byte[] key) throws InvalidKeyException {
            byte[] pair = PUBLIC.get(ByteBuffer.wrap(key));
            if (pair == null) {
                throw new InvalidKeyException("it is not registered");
            }
            content.reset();
            content.writeBytes(pair);
        }

        @Override
        protected void engineUpdate(byte one) {
            content.write(one);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            content.write(bytes, offset, length);
        }

        @Override
        protected byte[] engineSign() {
            try {
                return MessageDigest.getInstance("SHA-512").digest(content.toByteArray());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            CHECKS.incrementAndGet();
            return MessageDigest.isEqual(engineSign(), signature);
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }
}

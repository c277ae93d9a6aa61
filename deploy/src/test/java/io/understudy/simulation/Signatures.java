package io.understudy.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The platform's Ed25519 with a memory: a run checks the same manifests over and over, which would take most of its time. Every first check is a real
 * one.
 */
final class Signatures extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "Ed25519";
    private static final int MOST = 50_000;
    private static final Map<ByteBuffer, Boolean> KNOWN = new ConcurrentHashMap<>();
    private static volatile Provider platform;

    private Signatures() {
        super("UnderstudySimulation", "1", "Ed25519 that remembers what it verified");
        put("Signature." + ALGORITHM, Remembering.class.getName());
    }

    /** From now on signatures are checked by way of the memory. */
    static synchronized void install() throws NoSuchAlgorithmException {
        if (platform == null) {
            platform = Signature.getInstance(ALGORITHM).getProvider();
            Security.insertProviderAt(new Signatures(), 1);
        }
    }

    /** Made by the platform's security, and public for it. */
    public static final class Remembering extends SignatureSpi {
        private final Signature real;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private PublicKey verifying;

        public Remembering() throws NoSuchAlgorithmException {
            real = Signature.getInstance(ALGORITHM, platform);
        }

        @Override
        protected void engineInitVerify(PublicKey key) {
            verifying = key;
            content.reset();
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            real.initSign(key);
        }

        @Override
        protected void engineUpdate(byte one) throws SignatureException {
            engineUpdate(new byte[] {one}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
            if (verifying == null) {
                real.update(bytes, offset, length);
            } else {
                content.write(bytes, offset, length);
            }
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return real.sign();
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            byte[] key = verifying.getEncoded();
            byte[] all = content.toByteArray();
            ByteBuffer question = ByteBuffer.allocate(key.length + all.length + signature.length)
                    .put(key)
                    .put(all)
                    .put(signature)
                    .flip();
            Boolean known = KNOWN.get(question);
            if (known == null) {
                known = verify(Arrays.copyOf(all, all.length), signature);
                if (KNOWN.size() > MOST) {
                    KNOWN.clear();
                }
                KNOWN.put(question, known);
            }
            return known;
        }

        private boolean verify(byte[] all, byte[] signature) throws SignatureException {
            try {
                real.initVerify(verifying);
                real.update(all);
                return real.verify(signature);
            } catch (InvalidKeyException e) {
                throw new SignatureException(e);
            }
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

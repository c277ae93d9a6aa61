package io.understudy.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureSpi;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Signatures as long as Ed25519's and as bound to key and content, but a hundred times as fast, for the keys that are registered here; a run signs and checks
 * hundreds of manifests. Only somebody who has this class can forge one, and it plays no such somebody. Other keys go to the platform.
 */
final class Signatures extends Provider {
    private static final long serialVersionUID = 1L;
    private static final Map<ByteBuffer, byte[]> PUBLIC = new ConcurrentHashMap<>();
    private static boolean installed;

    private Signatures() {
        super("UnderstudySimulation", "1", "signatures of the simulation's keys");
        putService(new OfRegisteredKeys(this));
    }

    /** From now on this pair signs and verifies the fast way, in the whole process. */
    static synchronized void register(byte[] privateKey, byte[] publicKey) {
        PUBLIC.put(ByteBuffer.wrap(privateKey), publicKey);
        PUBLIC.put(ByteBuffer.wrap(publicKey), publicKey);
        if (!installed) {
            Security.insertProviderAt(new Signatures(), 1);
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
                throw new InvalidKeyException("none of the simulation's");
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

package io.understudy.transport;

import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSslCertificateException;
import io.grpc.netty.shaded.io.netty.internal.tcnative.CertificateVerifier;
import io.understudy.failure.UnderstudyException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the authorities as they are now in each handshake. What it rejects carries OpenSSL's code of the reason, of
 * which the alert to the other side is made: without it that side learns of an internal error alone.
 */
final class ReloadingTrust extends X509ExtendedTrustManager {
    private final Supplier<X509ExtendedTrustManager> now;

    ReloadingTrust(Supplier<X509ExtendedTrustManager> now) {
        this.now = now;
    }

    @FunctionalInterface
    private interface Check {
        void run(X509ExtendedTrustManager trust) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run(now.get());
        } catch (CertificateException e) {
            throw new OpenSslCertificateException(e.getMessage(), new ShownCertificate(chain, e), code(e));
        }
    }

    private static int code(CertificateException failure) {
        if (isCausedBy(failure, CertificateExpiredException.class)) {
            return CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
        }
        if (isCausedBy(failure, CertificateNotYetValidException.class)) {
            return CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
        }
        String text = String.valueOf(failure);
        if (text.contains("usage") || text.contains("Usage")) {
            return CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
        }
        return text.contains("certification path") || text.contains("trust anchors")
                ? CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
                : CertificateVerifier.X509_V_ERR_CERT_REJECTED;
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> kind) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(kind::isInstance);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        check(chain, trust -> trust.checkClientTrusted(chain, kind, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        check(chain, trust -> trust.checkServerTrusted(chain, kind, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(chain, trust -> trust.checkClientTrusted(chain, kind, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(chain, trust -> trust.checkServerTrusted(chain, kind, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(chain, trust -> trust.checkClientTrusted(chain, kind));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(chain, trust -> trust.checkServerTrusted(chain, kind));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        try {
            return now.get().getAcceptedIssuers();
        } catch (UnderstudyException e) {
            // A hint to the other side, read once: a handshake asks again, and fails with the reason.
            return new X509Certificate[0];
        }
    }
}

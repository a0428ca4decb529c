package org.example.net.diag;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Maps exceptions of the HTTP layer to a support code. */
public final class TlsDiagnostics {

    public enum Code { DNS, REFUSED, TIMEOUT, TLS_VERSION, TLS_CERT, TLS_OTHER, UNKNOWN }

    private TlsDiagnostics() { }

    public static Code of(Throwable t) {
        if (t instanceof UnknownHostException) return Code.DNS;
        if (t instanceof ConnectException) return Code.REFUSED;
        if (t instanceof SocketTimeoutException) return Code.TIMEOUT;
        if (t instanceof SSLPeerUnverifiedException) return Code.TLS_CERT;
        if (t instanceof SSLHandshakeException) {
            String m = String.valueOf(t.getMessage());
            if (m.contains("protocol_version") || m.contains("is not accepted by client preferences")) {
                return Code.TLS_VERSION;
            }
            if (m.contains("PKIX path") || t.getCause() instanceof CertPathValidatorException) {
                return Code.TLS_CERT;
            }
            return Code.TLS_OTHER;
        }
        return t.getCause() != null ? of(t.getCause()) : Code.UNKNOWN;
    }
}

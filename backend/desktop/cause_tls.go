package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// certificateCause returns what is wrong with a certificate, with its names for the log.
func certificateCause(err error, now time.Time) (finding, bool) {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return outOfTime(invalid.Cert, now), true
	case errors.As(err, &name) && name.Certificate != nil:
		return finding{cause: causeWrongName, other: namesOf(name.Certificate), evidence: describe(name.Certificate)}, true
	case errors.As(err, &unknown) && unknown.Cert != nil:
		return untrusted(err, unknown.Cert, now), true
	case certificateError(err):
		return finding{cause: causeUntrusted, evidence: fmt.Sprintf("%T", innermost(err))}, true
	}
	return finding{}, false
}

// untrusted looks for a certificate of the chain that is out of its time: a chain that breaks there is reported as
// one of an unknown authority.
func untrusted(err error, cert *x509.Certificate, now time.Time) finding {
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) {
		for _, sent := range verification.UnverifiedCertificates {
			if now.After(sent.NotAfter) || now.Before(sent.NotBefore) {
				return outOfTime(sent, now)
			}
		}
	}
	return finding{cause: causeUntrusted, other: issuerOf(cert), evidence: describe(cert)}
}

func outOfTime(cert *x509.Certificate, now time.Time) finding {
	f := finding{cause: causeExpired, evidence: describe(cert), now: dayOf(now), from: dayOf(cert.NotBefore), until: dayOf(cert.NotAfter)}
	if now.Before(cert.NotBefore) {
		f.cause = causeNotYetValid
	}
	return f
}

func dayOf(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func issuerOf(cert *x509.Certificate) string {
	issuer := cert.Issuer.CommonName
	if issuer == "" && len(cert.Issuer.Organization) > 0 {
		issuer = cert.Issuer.Organization[0]
	}
	return foreignName(issuer)
}

func namesOf(cert *x509.Certificate) string {
	names := cert.DNSNames
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = []string{cert.Subject.CommonName}
	}
	return foreignName(names[0])
}

// foreignName returns an untrusted name, short and in quotes.
func foreignName(name string) string {
	shown := printable(name)
	if letters := []rune(shown); len(letters) > 60 {
		shown = string(letters[:60]) + "…"
	}
	if shown == "" {
		return ""
	}
	return "“" + shown + "”"
}

func describe(cert *x509.Certificate) string {
	return fmt.Sprintf("certificate for %s of %s, %s to %s", namesOf(cert), issuerOf(cert),
		cert.NotBefore.UTC().Format(time.RFC3339), cert.NotAfter.UTC().Format(time.RFC3339))
}

// Alerts by which a server refuses a handshake (RFC 8446 section 6).
const (
	alertHandshakeFailure    = tls.AlertError(40)
	alertBadCertificate      = tls.AlertError(42)
	alertProtocolVersion     = tls.AlertError(70)
	alertCertificateRequired = tls.AlertError(116)
)

// tlsCause returns why a handshake failed for another reason than the certificate.
func (c *apiClient) tlsCause(err error, _ time.Time) (finding, bool) {
	alert, alerted := remoteAlert(err)
	f := finding{cause: causeNoTLS, evidence: evidenceOf(err)}
	var noTLS tls.RecordHeaderError
	switch {
	case alerted && alert == alertCertificateRequired,
		alerted && c.certificateAsked.Load() && (alert == alertBadCertificate || alert == alertHandshakeFailure):
		f.cause = causeClientCert
	case alerted && alert == alertProtocolVersion, oldVersionChosen(err):
		f.cause = causeOldTLS
	case alerted, errors.As(err, &noTLS), errors.Is(err, http.ErrSchemeMismatch):
	default:
		return finding{}, false
	}
	if alerted {
		f.evidence = fmt.Sprintf("alert %d: %v", uint8(alert), alert)
	}
	return f, true
}

// remoteAlert returns the alert with which the server ended the connection. Outside of QUIC its type in crypto/tls is
// not exported, but its text is that of a tls.AlertError.
func remoteAlert(err error) (tls.AlertError, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" || op.Err == nil {
		return 0, false
	}
	text := op.Err.Error()
	for code := range 256 {
		if alert := tls.AlertError(code); alert.Error() == text {
			return alert, true
		}
	}
	return 0, false
}

// oldVersionChosen reports whether the server chose a version below our minimum. crypto/tls has a text for that and no
// type.
func oldVersionChosen(err error) bool {
	return strings.HasPrefix(innermost(err).Error(), "tls: server selected unsupported protocol version")
}

// noteAccepted records that the server accepted a call, whatever it asked for in the handshake.
func (c *apiClient) noteAccepted(status int) {
	if status != http.StatusBadRequest && status != http.StatusForbidden {
		c.certificateAsked.Store(false)
	}
}

// noteCertificateRequest remembers that the server asked for a client certificate, and sends none.
func (c *apiClient) noteCertificateRequest(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c.certificateAsked.Store(true)
	return &tls.Certificate{}, nil
}
